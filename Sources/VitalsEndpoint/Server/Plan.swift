/// What a request line asks for.
enum Plan: Sendable {
    /// Settled by the request line alone.
    case answer(Answer)
    case scrape(ScrapeRequest)
    case page
    case ready
    case route(RouteTable.Route, parameters: [String: String], target: RequestTarget)

    var isScrape: Bool {
        if case .scrape = self { return true }
        return false
    }

    var takesBody: Bool {
        if case .route = self { return true }
        return false
    }

    var requiresAuthentication: Bool {
        switch self {
        case .scrape, .page: true
        case .route(let route, _, _): route.requiresAuthentication
        case .answer, .ready: false
        }
    }
}
