import Glibc
import Vitals

/// The payment service as a process.
enum PaymentService {
    /// Serves until it is told to end. Gives the exit code.
    static func run(_ options: PaymentOptions) -> Int32 {
        do {
            let telemetry = try ServiceTelemetry.start(
                "payment", isOn: options.hasTelemetry, port: options.metricsPort,
                usualPort: PaymentOptions.usualMetricsPort,
                option: options.isAttached ? "--payment-metrics-port" : "--metrics-port",
                mayMove: options.isAttached)
            defer { telemetry.shutdown(timeout: .seconds(1)) }
            let meter = telemetry.meter("payment", version: Version.current)
            let tracer = telemetry.tracer("payment", version: Version.current)
            let endpoint = try open(options, meter, tracer)
            defer { endpoint.shutdown(timeout: .milliseconds(300)) }
            announce(options, endpoint, telemetry)
            wait(options)
            return 0
        } catch {
            Console.complain("\(error)")
            return 1
        }
    }

    /// Opens the port of the API.
    static func open(_ options: PaymentOptions, _ meter: Meter, _ tracer: Tracer) throws -> Endpoint {
        let routes = PaymentRoutes(options, meter: meter, tracer: tracer)
        return try ServiceEndpoint.open(
            port: options.port ?? PaymentOptions.usualPort, host: options.host,
            option: options.isAttached ? "--payment-port" : "--port", meter: meter,
            mayMove: options.isAttached && options.port == nil
        ) { endpoint in
            try routes.add(to: endpoint, HTTPServerTelemetry(meter: meter, tracer: tracer))
        }
    }

    private static func announce(_ options: PaymentOptions, _ endpoint: Endpoint, _ telemetry: Telemetry) {
        if options.isAttached {
            Console.say("\(OwnPayment.greeting) \(endpoint.port) \(telemetry.endpoint?.port ?? 0)")
        } else {
            Console.say("payment     \(ServiceAddress(host: options.host, port: endpoint.port).url)/payments")
            Console.say(telemetry)
            Console.say("ends with Ctrl-C")
        }
    }

    private static func wait(_ options: PaymentOptions) {
        guard options.isAttached else {
            while !EndSignals.wait(.seconds(3600)) {}
            return
        }
        while !EndSignals.wait(.milliseconds(200)), !isClosed(STDIN_FILENO) {}
    }

    /// Whether nobody holds the other end of an input any more. What comes from there is of no interest.
    static func isClosed(_ input: Int32) -> Bool {
        var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 0) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 256)
        return read(input, &buffer, buffer.count) <= 0
    }
}
