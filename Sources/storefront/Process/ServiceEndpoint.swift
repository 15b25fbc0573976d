import Vitals

/// The port on which one of the two services answers.
enum ServiceEndpoint {
    /// Whoever waits for the database is one of these; beyond that the answer is 503.
    static let mostRequests = 256

    /// Opens it; `routes` come first, so that nobody is told that there are none.
    ///
    /// - Parameters:
    ///   - option: What chooses the port, for the message that it is taken.
    ///   - mayMove: Whether any port will do where that one is taken.
    static func open(
        port: Int, host: String, option: String = "--port", meter: Meter, mayMove: Bool = false,
        routes: (Endpoint) throws -> Void
    ) throws -> Endpoint {
        var configuration = EndpointConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.limits.connections = 512
        configuration.limits.connectionsPerAddress = 512
        configuration.limits.requests = mostRequests
        let endpoint = try Endpoint(configuration, meter: meter)
        try routes(endpoint)
        do {
            try endpoint.start()
        } catch EndpointError.portTaken where mayMove {
            return try open(port: 0, host: host, meter: meter, routes: routes)
        } catch {
            throw StartError(description: "the endpoint of the API: \(error); the options are \(option) and --host")
        }
        return endpoint
    }
}
