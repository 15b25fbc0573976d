import Vitals

/// The API of the shop.
struct ShopRoutes: Sendable {
    let database: ShopDatabase
    let sessions: SessionStore
    let checkout: Checkout
    let tally: Tally

    /// Adds the routes to an endpoint; each request is measured by `telemetry`.
    func add(to endpoint: Endpoint, _ telemetry: HTTPServerTelemetry) throws {
        try endpoint.route("GET", "/health", with: telemetry, health)
        try endpoint.route("GET", "/api/users/{id}", with: telemetry, user)
        try endpoint.route("GET", "/api/sessions/{id}", with: telemetry, session)
        try endpoint.route("POST", "/api/checkout/{cart}", with: telemetry, order)
    }

    @Sendable private func health(_ request: EndpointRequest) async throws -> EndpointResponse {
        tally.requests.add()
        return .json("{\"status\":\"ok\"}\n")
    }

    @Sendable private func user(_ request: EndpointRequest) async throws -> EndpointResponse {
        tally.requests.add()
        guard let id = id(request, "id") else { return .problem(400, "the id of a user is a number") }
        guard let user = try await database.user(id) else { return .problem(404, "there is no user \(id)") }
        return .json(user.json)
    }

    @Sendable private func session(_ request: EndpointRequest) async throws -> EndpointResponse {
        tally.requests.add()
        guard let id = id(request, "id") else { return .problem(400, "the id of a session is a number") }
        guard let session = try await sessions.session(id) else { return .problem(404, "there is no session \(id)") }
        return .json(session.json)
    }

    @Sendable private func order(_ request: EndpointRequest) async throws -> EndpointResponse {
        tally.requests.add()
        guard let cart = id(request, "cart") else { return .problem(400, "the id of a cart is a number") }
        do {
            switch try await checkout.run(cart) {
            case .placed(let order):
                return .json("{\"order\":\(order.id),\"cents\":\(order.cents)}\n", status: 201)
            case .unknownCart: return .problem(404, "there is no cart \(cart)")
            case .emptyCart: return .problem(409, "the cart \(cart) is empty")
            case .declined: return .problem(402, "the payment was declined")
            case .crowded(let count): return .problem(503, "\(count) checkouts are under way: try again later")
            }
        } catch let error as PaymentUnavailable {
            return .problem(502, "\(error)")
        } catch is OrderUnplaced {
            return .problem(500, "the payment was accepted, and the order could not be placed")
        } catch is CancellationError {
            return .problem(503, "the shop is closing")
        }
    }

    private func id(_ request: EndpointRequest, _ name: String) -> Int64? {
        request.parameters[name].flatMap { Int64($0) }
    }
}

extension EndpointResponse {
    /// Tells what is wrong.
    fileprivate static func problem(_ status: Int, _ problem: String) -> EndpointResponse {
        .json("{\"error\":\(JSON.text(problem))}\n", status: status)
    }
}
