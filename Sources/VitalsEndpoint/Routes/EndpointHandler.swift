/// Answers a request of an application's own route; if it throws, the client is told of an internal error and the
/// diagnostics why.
public typealias EndpointHandler = @Sendable (EndpointRequest) async throws -> EndpointResponse
