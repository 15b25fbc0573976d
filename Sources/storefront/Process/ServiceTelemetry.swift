import Vitals

/// The telemetry of one of the two services.
enum ServiceTelemetry {
    /// Starts it as the environment says; a port of the command line counts more.
    ///
    /// - Parameters:
    ///   - port: What the command line says.
    ///   - usualPort: Where the environment's would be that of another service.
    ///   - option: What chooses the port, for messages about it.
    ///   - mayMove: Whether any port will do where the usual one is taken.
    static func start(
        _ service: String, isOn: Bool, port: Int?, usualPort: Int? = nil, option: String = "--metrics-port",
        mayMove: Bool = false
    ) throws(StartError) -> Telemetry {
        guard isOn else {
            warn(port, option, "telemetry is off")
            return .disabled
        }
        var configuration = Configuration(service: service, version: Version.current)
        if let port = port ?? usualPort { configuration.endpoint?.port = port }
        do {
            let telemetry = try Telemetry.start(configuration)
            if telemetry.endpoint == nil {
                warn(port, option, "the environment wants no /metrics; see OTEL_METRICS_EXPORTER and OTEL_SDK_DISABLED")
            }
            return telemetry
        } catch .endpoint(.portTaken) where mayMove && port == nil {
            return try start(service, isOn: isOn, port: nil, usualPort: 0)
        } catch .endpoint(let error) {
            throw StartError(description: "the endpoint of the metrics: \(error); the option is \(option)")
        } catch {
            throw StartError(description: "\(error)")
        }
    }

    private static func warn(_ port: Int?, _ option: String, _ reason: String) {
        if let port { Console.complain("warning: \(option) \(port) has no effect: \(reason)") }
    }
}
