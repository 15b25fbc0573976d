import Glibc
import Vitals

/// The payment service as a process.
enum PaymentService {
    /// Serves until it is told to end. Gives the exit code.
    static func run(_ options: PaymentOptions) -> Int32 {
        do {
            let telemetry = try ServiceTelemetry.start(
                "payment", isOn: options.hasTelemetry, port: options.metricsPort ?? PaymentOptions.usualMetricsPort,
                option: options.isAttached ? "--payment-metrics-port" : "--metrics-port",
                mayMove: options.isAttached && options.metricsPort == nil)
            defer { telemetry.shutdown(timeout: .seconds(1)) }
            let meter = telemetry.meter("payment", version: VitalsVersion.current)
            let tracer = telemetry.tracer("payment", version: VitalsVersion.current)
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
            port: options.port ?? PaymentOptions.usualPort,
            option: options.isAttached ? "--payment-port" : "--port", meter: meter,
            mayMove: options.isAttached && options.port == nil
        ) { endpoint in
            try routes.add(to: endpoint, HTTPServerTelemetry(meter: meter, tracer: tracer))
        }
    }

    private static func announce(_ options: PaymentOptions, _ endpoint: Endpoint, _ telemetry: Telemetry) {
        if options.isAttached {
            Console.say("\(endpoint.port) \(telemetry.endpoint?.port ?? 0)")
        } else {
            Console.say("payment     http://localhost:\(endpoint.port)/payments")
            Console.say(telemetry)
            Console.say("ends with Ctrl-C")
        }
    }

    private static func wait(_ options: PaymentOptions) {
        guard options.isAttached else {
            while !EndSignals.wait(.seconds(3600)) {}
            return
        }
        while !EndSignals.wait(.milliseconds(200)), !isInputClosed {}
    }

    /// Whether whoever started this process is gone.
    private static var isInputClosed: Bool {
        var input = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
        return poll(&input, 1, 0) > 0
    }
}
