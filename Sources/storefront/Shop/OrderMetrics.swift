import Vitals

/// What the shop counts of its orders.
struct OrderMetrics: Sendable {
    let placed: CounterFamily<Int, String>
    let refused: CounterFamily<Int, String>
    let value: Histogram<Double>
    let inFlight: UpDownCounter<Int>

    init(_ meter: Meter) {
        placed = meter.counter(
            "orders.placed", unit: "{order}", description: "Orders that were placed.", by: .string("payment.method"))
        refused = meter.counter(
            "orders.refused", unit: "{order}", description: "Orders that were not placed, by the reason.",
            by: .string("reason"))
        value = meter.histogram(
            "orders.value", unit: "EUR", description: "What orders are worth.", buckets: .exponential())
        inFlight = meter.upDownCounter(
            "orders.in_flight", unit: "{order}", description: "Checkouts that are under way.")
    }
}
