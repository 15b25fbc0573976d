import Vitals

/// A service: answers orders, measures within the span of each, and calls the service that it is told to.
///
/// `GET /orders/{id}?next=URL`: what arrived as baggage becomes attributes of the span, and goes onward.
struct Shop: Sendable {
    private let tracer: Tracer
    private let orders: Counter<Int>
    private let duration: Histogram<Double>
    private let size: Histogram<Double>

    init(_ telemetry: Telemetry) {
        tracer = telemetry.tracer("interop.shop", version: "1.0")
        let meter = telemetry.meter("interop.shop", version: "1.0")
        orders = meter.counter("orders.placed")
        duration = meter.histogram("request.duration", unit: .seconds, buckets: .explicit([0.005, 0.1, 1, 2.5]))
        size = meter.histogram("payload.size", unit: .bytes, buckets: .exponential())
    }

    func answer(_ request: EndpointRequest) async -> EndpointResponse {
        let headers = request.headers.map { ($0.name, $0.value) }
        return await withContext(Context.extract(from: headers)) {
            await tracer.withSpan("GET \(request.route)", kind: .server) { span in
                for (name, value, metadata) in Baggage.current {
                    span["baggage.\(name)"] = .string(metadata.isEmpty ? value : "\(value);\(metadata)")
                }
                // On whatever thread it goes on.
                await Task.yield()
                measure(0.02)
                var status = 200
                if let next = request.query("next") { status = callNext(next) }
                return .json("{\"trace\": \"\(span.spanContext.traceID)\"}", status: status)
            }
        }
    }

    /// Measures within so many spans, each a trace of its own; returns how many.
    func measure(_ count: Int) -> Int {
        for index in 0..<count {
            tracer.withSpan("measured", parent: Context()) { _ in measure(Double(index % 4)) }
        }
        return count
    }

    /// Begins a trace by calling another service, with baggage that has to be encoded; tells its trace in JSON.
    func call(_ url: String) -> String {
        let baggage: Baggage = ["tenant.id": "acme", "who": "Jürgen & Söhne, 100 %;=\"x\""]
        return withBaggage(baggage) {
            tracer.withSpan("checkout", parent: Context.current) { span in
                "{\"status\": \(callNext(url)), \"trace\": \"\(span.spanContext.traceID)\"}"
            }
        }
    }

    private func measure(_ value: Double) {
        orders.add(1, ["payment.method": "card"])
        duration.record(value, ["route": "/orders/{id}"])
        size.record(value * 1000)
    }

    private func callNext(_ url: String) -> Int {
        tracer.withSpan("call", kind: .client) { span in
            var headers: [(String, String)] = []
            Context.current.inject(into: &headers)
            let status = HTTPCall.get(url, headers)
            span["http.response.status_code"] = .int(status)
            if status != 200 { span.setStatus(.error("")) }
            return status
        }
    }
}
