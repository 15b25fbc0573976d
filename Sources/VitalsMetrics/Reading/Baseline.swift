/// What one reader knows of one stream: the totals that it delivered last, and those of the collection that has not been
/// acknowledged yet.
struct Baseline {
    /// Totals by the ordinal of the series, in words whose meaning the aggregation knows.
    struct Totals {
        /// The identity of each series, so that a successor in its place does not inherit from it.
        var series: [SeriesReference] = []
        var starts: [Int] = []
        var words: [UInt64] = []

        mutating func removeAll() {
            series.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
            words.removeAll(keepingCapacity: true)
        }

        mutating func append(_ reference: SeriesReference) {
            series.append(reference)
            starts.append(words.count)
        }

        /// The words of the series if the totals hold it.
        func start(of reference: SeriesReference, at ordinal: Int) -> Int? {
            ordinal < series.count && series[ordinal] == reference ? starts[ordinal] : nil
        }
    }

    var committed = Totals()
    var pending = Totals()
    /// What observable series reported last, which tells the start of those that go on.
    var observed: [SeriesReference: Observed] = [:]
    /// For changes only: what becomes `observed` when the collection is acknowledged.
    var pendingObserved: [SeriesReference: Observed]?

    struct Observed {
        var bits: UInt64
        var start: UInt64
    }

    /// Nothing is reported of a series in this collection: what it had delivered stays what it has delivered.
    mutating func keep(_ series: SeriesReference, at ordinal: Int) {
        guard let start = committed.start(of: series, at: ordinal) else { return pending.append(.nowhere) }
        let next = ordinal + 1
        let end = next < committed.starts.count ? committed.starts[next] : committed.words.count
        pending.append(series)
        pending.words.append(contentsOf: committed.words[start..<end])
    }

    mutating func commit() {
        swap(&committed, &pending)
        pending.removeAll()
        if let pendingObserved {
            observed = pendingObserved
            self.pendingObserved = nil
        }
    }
}
