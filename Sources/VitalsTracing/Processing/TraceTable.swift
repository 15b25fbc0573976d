/// Something for each of many traces. Knows the oldest of them.
struct TraceTable<Value> {
    private struct Place {
        let id: TraceID
        let number: UInt64
        let since: UInt64
    }

    private var values: [TraceID: (number: UInt64, value: Value)] = [:]
    /// The traces in the order in which they came; some may be gone.
    private var order: [Place] = []
    private var first = 0
    private var last: UInt64 = 0

    var count: Int { values.count }
    /// How many places the order takes.
    var places: Int { order.count }

    /// Puts a value in place of what there is for the trace, which is the youngest then.
    mutating func insert(_ value: Value, for id: TraceID, at now: UInt64) {
        last &+= 1
        values[id] = (last, value)
        // What is gone does not pile up behind one that stays.
        if order.count - first >= 2 * values.count + 64 { tidy() }
        order.append(Place(id: id, number: last, since: now))
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

    /// The trace that came first, if that was before a time.
    mutating func oldest(before time: UInt64 = .max) -> TraceID? {
        while first < order.count, order[first].since < time {
            let place = order[first]
            if values[place.id]?.number == place.number { return place.id }
            first += 1
        }
        if first == order.count { tidy() }
        return nil
    }

    private mutating func tidy() {
        if first == order.count {
            order.removeAll(keepingCapacity: true)
        } else {
            order = order[first...].filter { values[$0.id]?.number == $0.number }
        }
        first = 0
    }
}
