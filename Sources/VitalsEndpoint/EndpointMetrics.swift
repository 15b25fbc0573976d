import VitalsMetrics

/// What the endpoint tells of itself.
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
            "vitals.scrapes", unit: "{request}", description: "Answered requests for /metrics.", by: .int("code"),
            .string("format"))
        inFlight = meter.upDownCounter(
            "vitals.scrapes.in_flight", unit: "{request}", description: "Scrapes that are not answered yet.")
        duration = meter.histogram(
            "vitals.scrape.duration", unit: .seconds, description: "Time from a scrape's request to its last byte.",
            buckets: .latency)
        bytes = meter.counter(
            "vitals.scrape.bytes", unit: .bytes, description: "Bytes of scraped bodies.", by: .string("format"),
            .string("encoding"))
        rejected = meter.counter(
            "vitals.endpoint.rejected", unit: "{event}",
            description: "Requests that were refused and connections that were cut.", by: .string("reason"))
        connections = meter.upDownCounter(
            "vitals.endpoint.connections", unit: "{connection}", description: "Open connections.")
        reloads = meter.counter(
            "vitals.endpoint.reloads", unit: "{event}", description: "Changed files that were read again.",
            by: .string("result"))
    }

    func reject(_ reason: String) {
        rejected[reason].add(1)
    }
}
