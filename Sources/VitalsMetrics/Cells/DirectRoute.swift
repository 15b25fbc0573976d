import Synchronization

/// Where a family looks a series up: the index of the only stream of its instrument, or nil where a look-up has to go
/// the long way. Plain memory that is never freed, because a class reference on this path would be counted.
struct DirectRoute: @unchecked Sendable {
    private let index: UnsafeMutablePointer<Atomic<UnsafePointer<SeriesIndex>?>>

    init() {
        index = .allocate(capacity: 1)
        index.initialize(to: Atomic(nil))
    }

    func lead(to stream: Stream?) {
        index.pointee.store(stream?.index.pointer, ordering: .releasing)
    }

    @inline(__always)
    func find(_ key: SeriesKey) -> SeriesReference? {
        guard let index = index.pointee.load(ordering: .acquiring),
            case .found(let series) = index.pointee.find(key)
        else { return nil }
        return series
    }
}

/// A stream's index at an address that does not change and is never freed.
struct SeriesIndexPointer: @unchecked Sendable {
    let pointer: UnsafePointer<SeriesIndex>

    init(_ index: consuming SeriesIndex) {
        let memory = UnsafeMutablePointer<SeriesIndex>.allocate(capacity: 1)
        memory.initialize(to: index)
        pointer = UnsafePointer(memory)
    }
}
