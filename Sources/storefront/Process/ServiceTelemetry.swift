import Vitals

/// The telemetry of one of the two services.
enum ServiceTelemetry {
    /// Starts it as the environment says; a port of the command line counts more.
    ///
    /// - Parameters:
    ///   - option: What chooses the port, for the message that it is taken.
    ///   - mayMove: Whether any port will do where that one is taken.
    static func start(
        _ service: String, isOn: Bool, port: Int?, option: String = "--metrics-port",
        mayMove: Bool = false
    ) throws(StartError) -> Telemetry {
        guard isOn else { return .disabled }
        var configuration = Configuration(service: service, version: VitalsVersion.current)
        if let port { configuration.endpoint?.port = port }
        do {
            return try Telemetry.start(configuration)
        } catch .endpoint(.portTaken) where mayMove {
            return try start(service, isOn: isOn, port: 0)
        } catch .endpoint(let error) {
            throw StartError(description: "the endpoint of the metrics: \(error); the option is \(option)")
        } catch {
            throw StartError(description: "\(error)")
        }
    }
}
