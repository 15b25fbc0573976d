public import CVitals
public import Synchronization

/// The way of a measurement that has nothing to look up: the thread's own cell, plain loads and stores.
///
/// Each function says whether the measurement was taken; if not, the slow door decides what becomes of it.
@usableFromInline
enum FastDoor {
    @inlinable @inline(__always)
    static func add<Value: MetricNumber>(_ value: Value, _ handle: _InstrumentHandle) -> Bool {
        guard let cell = ThreadShard.find(handle.series.slot),
            cell.pointee.tag.load(ordering: .relaxed) == UInt64(handle.series.generation) | CellLayout.sum
        else { return false }
        let sum = Value(_bits: cell.pointee.value.load(ordering: .relaxed))
        cell.pointee.value.store(sum._adding(value)._bits, ordering: .relaxed)
        if vitals_exemplars_wanted() { handle.instrument { $0.offerExemplar(value, to: handle.series) } }
        return true
    }

    @specialized(where Value == Int)
    @specialized(where Value == Double)
    @usableFromInline
    static func record<Value: MetricNumber>(_ value: Value, _ handle: _InstrumentHandle) -> Bool {
        guard value._isFinite, write(value, handle.series) else { return false }
        if vitals_exemplars_wanted() { handle.instrument { $0.offerExemplar(value, to: handle.series) } }
        return true
    }

    /// Writes into the thread's cell, whatever it holds.
    @inline(__always)
    static func write<Value: MetricNumber>(_ value: Value, _ series: SeriesReference) -> Bool {
        guard let cell = ThreadShard.find(series.slot) else { return false }
        let layout = cell.pointee.tag.load(ordering: .relaxed) ^ UInt64(series.generation)
        if layout == CellLayout.explicit {
            ExplicitCell.record(value, in: cell.pointee)
        } else if layout == CellLayout.sum {
            let sum = Value(_bits: cell.pointee.value.load(ordering: .relaxed))
            cell.pointee.value.store(sum._adding(value)._bits, ordering: .relaxed)
        } else if layout == CellLayout.exponential {
            ExponentialCell.record(value, in: cell.pointee)
        } else {
            return false
        }
        return true
    }

    @inlinable @inline(__always)
    static func set<Value: MetricNumber>(_ value: Value, _ cell: SharedCell, _ handle: _InstrumentHandle) -> Bool {
        let stamped = vitals_epoch() | UInt64(handle.series.generation)
        let tag = cell.pointer.pointee.tag.load(ordering: .relaxed)
        guard UInt32(truncatingIfNeeded: tag) == handle.series.generation, handle.series.generation != 0 else {
            return false
        }
        cell.pointer.pointee.value.store(value._bits, ordering: .relaxed)
        // Once a collection: otherwise the stamp is right already and the line stays shared.
        if tag != stamped {
            _ = cell.pointer.pointee.tag.compareExchange(expected: tag, desired: stamped, ordering: .relaxed)
        }
        if vitals_exemplars_wanted() { handle.instrument { $0.offerExemplar(value, to: handle.series) } }
        return true
    }
}
