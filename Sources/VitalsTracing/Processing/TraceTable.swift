/// Something for each of many traces. Knows the oldest of them.
struct TraceTable<Value> {
    private var values: [TraceID: (number: UInt64, value: Value)] = [:]
    /// The traces in the order in which they came; some may be gone.
    private var order: [(id: TraceID, number: UInt64)] = []
    private var first = 0
    private var last: UInt64 = 0

    var count: Int { values.count }
    /// How many places the order takes.
    var places: Int { order.count }

    subscript(id: TraceID) -> Value? { values[id]?.value }

    /// Puts a value in place of what there is for the trace, which is the youngest then.
    mutating func insert(_ value: Value, for id: TraceID) {
        last &+= 1
        values[id] = (last, value)
        // What is gone does not pile up behind one that stays.
        if order.count - first >= 2 * values.count + 64 { tidy() }
        order.append((id, last))
    }

    /// Changes the value of a trace, which stays as old as it is; nil if there is none.
    mutating func update<Result>(_ id: TraceID, _ change: (inout Value) -> Result) -> Result? {
        guard let index = values.index(forKey: id) else { return nil }
        return change(&values.values[index].value)
    }

    @discardableResult
    mutating func remove(_ id: TraceID) -> Value? {
        values.removeValue(forKey: id)?.value
    }

    /// The trace that came first.
    mutating func oldest() -> TraceID? {
        while first < order.count {
            let (id, number) = order[first]
            if values[id]?.number == number { return id }
            first += 1
        }
        tidy()
        return nil
    }

    private mutating func tidy() {
        order = order[first...].filter { values[$0.id]?.number == $0.number }
        first = 0
    }
}
