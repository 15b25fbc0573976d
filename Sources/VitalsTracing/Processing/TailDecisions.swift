/// What was decided of traces, for spans that end after their root. Each trace has one place, and the ids of traces are
/// random: a newer trace now and then makes it forget an older one.
struct TailDecisions {
    private var places: [(id: TraceID, isKept: Bool)]
    private let mask: UInt64

    /// The fewest places: with less, two traces in a row would often share one.
    static let least = 1024

    /// The most places, which take 1.5 MB.
    private static let most = 1 << 16

    /// Has at least so many places, up to a number.
    init(_ count: Int) {
        var size = Self.least
        while size < min(count, Self.most) { size <<= 1 }
        places = Array(repeating: (.invalid, false), count: size)
        mask = UInt64(size - 1)
    }

    subscript(id: TraceID) -> Bool? {
        get {
            let place = places[Int(id.low & mask)]
            return place.id == id ? place.isKept : nil
        }
        set { places[Int(id.low & mask)] = newValue.map { (id, $0) } ?? (.invalid, false) }
    }
}
