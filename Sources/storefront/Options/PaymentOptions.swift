/// What the command line says about the payment service.
struct PaymentOptions: Equatable, Sendable {
    static let help = """
        usage: storefront payment [options]

          --port PORT            where the service listens (8081; 0 takes any that is free)
          --host HOST            whom it listens to: localhost, or 0.0.0.0 for everybody, as in a container (localhost);
                                 that of the metrics is OTEL_EXPORTER_PROMETHEUS_HOST
          --metrics-port PORT    where its metrics are: /metrics, and / for people (9465; 0 takes any that is free)
          --seed NUMBER          what the faults are drawn from (1)
          --telemetry on|off     off measures what telemetry costs: the same service, and nobody reads (on)
        \(Faults.help)
          --attached             belong to the program that starts it: write both ports to standard output first, take
                                 any where the usual ones are taken, end when standard input is closed
          --help                 show this
        """
    static let usualPort = 8081
    static let usualMetricsPort = 9465

    var port: Int?
    var host = "localhost"
    var metricsPort: Int?
    var seed = 1
    var hasTelemetry = true
    var faults = Faults()
    var isAttached = false

    init() {}

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var reader = OptionReader(arguments)
        while let option = try reader.next() {
            switch option {
            case "--port": port = try reader.integer(0...65535)
            case "--host": host = try reader.text()
            case "--metrics-port": metricsPort = try reader.integer(0...65535)
            case "--seed": seed = try reader.integer(0...Int.max)
            case "--telemetry": hasTelemetry = try reader.isOn()
            case "--attached": isAttached = true
            default: guard try faults.take(option, &reader) else { throw reader.unknown() }
            }
        }
    }

    /// The options of the service that belongs to a shop, which is the only one that it listens to.
    init(of shop: ShopOptions) {
        port = shop.paymentPort
        metricsPort = shop.paymentMetricsPort
        seed = shop.seed
        hasTelemetry = shop.hasTelemetry
        faults = shop.faults
        isAttached = true
    }

    /// The command line that says the same.
    var arguments: [String] {
        var arguments = ["payment", "--seed", "\(seed)", "--telemetry", hasTelemetry ? "on" : "off"]
        if host != PaymentOptions().host { arguments += ["--host", host] }
        if let port { arguments += ["--port", "\(port)"] }
        if let metricsPort { arguments += ["--metrics-port", "\(metricsPort)"] }
        if isAttached { arguments.append("--attached") }
        return arguments + faults.arguments
    }
}
