/// The part of a stream that changes, under the stream's lock.
struct StreamState {
    var name: String
    /// What a view says; nil for the description of the instrument.
    var description: String?
    var limit: Int
    /// Nanoseconds without a measurement after which a series is removed.
    var idleExpiry: UInt64?
    /// The slots in the order of their birth; zero where a series has left.
    var order: [UInt32] = []
    var holes: [Int] = []
    /// Series that count against the limit.
    var counted = 0
    /// The series of the empty set that the instrument was born with: it counts once something is recorded.
    var uncounted: SeriesReference?
    var overflow: SeriesReference?
    var departing: [Departing] = []
    /// What was recorded before a view came, by the slot that reports it now.
    var carried: [UInt32: [CarriedSeries]] = [:]
    /// The streams that views have put in this one's place.
    var successors: [Stream]?
    /// What idle expiry remembers, by slot.
    var activity: [UInt32: Activity] = [:]

    /// Whether a slot still stands where it was found; the stream may have changed since.
    func holds(_ slot: UInt32, at ordinal: Int) -> Bool {
        ordinal < order.count && order[ordinal] == slot
    }

    /// A removed series that a delta reader may still have to deliver.
    struct Departing {
        let ordinal: Int
        let series: SeriesReference
        let epoch: UInt64
    }

    struct Activity {
        var generation: UInt32
        var mark: UInt64
        var since: UInt64
    }

    /// A series of a stream that a view has replaced.
    struct CarriedSeries {
        let stream: Stream
        let series: SeriesReference
    }
}
