/// What the command line says about the shop.
struct ShopOptions: Equatable, Sendable {
    static let help = """
        usage: storefront [options]            a shop, its load and its payment service
               storefront payment [options]    the payment service alone (storefront payment --help)

          --port PORT            where the shop listens (8080; 0 takes any that is free)
          --host HOST            whom it listens to: localhost, or 0.0.0.0 for everybody, as in a container (localhost);
                                 that of the metrics is OTEL_EXPORTER_PROMETHEUS_HOST
          --metrics-port PORT    where its metrics are: /metrics, and / for people
                                 (9464, or OTEL_EXPORTER_PROMETHEUS_PORT; 0 takes any that is free)
          --payment URL          the payment service; without it the shop starts one of its own
          --payment-port PORT    where its own payment service listens (8081, or any if that is taken)
          --payment-metrics-port PORT
                                 where the metrics of its own payment service are (9465, or any if that is taken)
          --database FILE        the database, made if it is not there (storefront.sqlite; :memory: for none)
          --load RATE            send so many requests a second to itself, 1 to 10000
          --seconds SECONDS      end after so long; without it, with Ctrl-C
          --seed NUMBER          what the load and the faults of payments are drawn from (1)
          --telemetry on|off     off measures what telemetry costs: the same shop, and nobody reads (on)
        \(Faults.help)
          --help                 show this

        OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 pushes metrics and traces as well; docs/configuration.md
        has all variables.
        """

    var port = 8080
    var host = "localhost"
    var metricsPort: Int?
    var payment: ServiceAddress?
    var paymentPort: Int?
    var paymentMetricsPort: Int?
    var database = "storefront.sqlite"
    var load: Int?
    var seconds: Int?
    var seed = 1
    var hasTelemetry = true
    var faults = Faults()

    init() {}

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var reader = OptionReader(arguments)
        var ownPaymentOption: String?
        while let option = try reader.next() {
            switch option {
            case "--port": port = try reader.integer(0...65535)
            case "--host": host = try reader.text()
            case "--metrics-port": metricsPort = try reader.integer(0...65535)
            case "--payment": payment = try reader.address()
            case "--payment-port":
                paymentPort = try reader.integer(0...65535)
                ownPaymentOption = option
            case "--payment-metrics-port":
                paymentMetricsPort = try reader.integer(0...65535)
                ownPaymentOption = option
            case "--database": database = try reader.text()
            case "--load": load = try reader.integer(1...10_000)
            case "--seconds": seconds = try reader.integer(1...1_000_000_000)
            case "--seed": seed = try reader.integer(0...Int.max)
            case "--telemetry": hasTelemetry = try reader.isOn()
            default:
                guard try faults.take(option, &reader) else { throw reader.unknown() }
                ownPaymentOption = option
            }
        }
        if let payment, let ownPaymentOption {
            throw UsageError(
                description: "\(ownPaymentOption) is for a payment service that the shop starts, but --payment "
                    + "'\(payment.url)' names another one: leave out one of them")
        }
    }
}
