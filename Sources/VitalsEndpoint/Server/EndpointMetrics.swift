import VitalsMetrics

/// Why a request or a connection was turned away.
enum RejectionReason: String {
    case connections
    case connectionsPerAddress = "connections_per_address"
    case scrapes
    case requests
    case bodySize = "body_size"
    case idle
    case slowReader = "slow_reader"
    case unauthorized
    case tooManyAttempts = "too_many_attempts"
    case clientCertificate = "client_certificate"
    case scrapeTimeout = "scrape_timeout"
}

/// What an endpoint reports about itself.
struct EndpointMetrics: Sendable {
    let scrapes: CounterFamily<Int, (Int, String)>
    let inFlight: UpDownCounter<Int>
    let duration: Histogram<Double>
    let bytes: CounterFamily<Int, (String, String)>
    let rejected: CounterFamily<Int, String>
    let connections: UpDownCounter<Int>
    let reloads: CounterFamily<Int, String>

    init(_ meter: Meter) {
        scrapes = meter.counter(
            "vitals.scrapes", unit: "{scrape}", description: "Answers to scrapes, by status code and format.",
            by: .int("code"), .string("format"))
        inFlight = meter.upDownCounter(
            "vitals.scrapes.in_flight", unit: "{scrape}", description: "Scrapes that wait or are being rendered.")
        duration = meter.histogram(
            "vitals.scrape.duration", unit: .seconds,
            description: "Time from the arrival of a scrape to its finished response.", buckets: .latency)
        bytes = meter.counter(
            "vitals.scrape.size", unit: .bytes, description: "Bytes of the bodies of scrapes, as they were sent.",
            by: .string("format"), .string("encoding"))
        rejected = meter.counter(
            "vitals.endpoint.rejected", unit: "{rejection}",
            description: "Requests refused and connections closed, by reason.", by: .string("reason"))
        connections = meter.upDownCounter(
            "vitals.endpoint.connections", unit: "{connection}", description: "Open connections to the endpoint.")
        reloads = meter.counter(
            "vitals.endpoint.reloads", unit: "{reload}",
            description: "Changed certificates and password files, by whether they could be used.",
            by: .string("outcome"))
    }

    func reject(_ reason: RejectionReason) {
        rejected[reason.rawValue].add(1)
    }
}
