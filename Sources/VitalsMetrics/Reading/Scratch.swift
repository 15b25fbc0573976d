/// The memory of a reader's collections, kept from one to the next so that a steady state allocates nothing.
struct Scratch {
    var order: [UInt32] = []
    var rows: [SeriesRow] = []
    var words: [UInt64] = []
    var payload: [UInt64] = []
    var merge = ExponentialMerge()

    mutating func clear() {
        rows.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
    }
}
