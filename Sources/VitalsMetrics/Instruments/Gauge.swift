/// A value that is set: a temperature, the depth of a queue. The last one to set it wins.
@frozen
public struct Gauge<Value: MetricNumber>: Sendable {
    /// One series of a gauge.
    @frozen
    public struct Series: InstrumentSeries {
        @usableFromInline let handle: _InstrumentHandle
        @usableFromInline let cell: SharedCell

        /// Made by instruments.
        public init(_instrument handle: _InstrumentHandle) {
            self.handle = handle
            cell = SharedCells.cell(handle.series.slot)
        }

        /// Sets the value.
        @inlinable @inline(__always)
        public func set(_ value: Value) {
            if FastDoor.set(value, cell, handle) { return }
            handle.instrument { $0.recordSlowly(value, to: handle.series) }
        }
    }

    @usableFromInline let unlabelled: Series

    init(_ core: InstrumentCore) {
        unlabelled = Series(_instrument: core.handle)
    }

    /// Sets the value of the series without labels.
    @inlinable @inline(__always)
    public func set(_ value: Value) {
        unlabelled.set(value)
    }

    /// Sets the value of the series with the given labels.
    @inlinable
    public func set(_ value: Value, _ labels: Attributes) {
        unlabelled.handle.instrument { $0.record(value, labels) }
    }
}

extension Gauge where Value == Double {
    /// Sets the value of the series without labels.
    @inlinable @inline(__always)
    public func set(_ value: Int) {
        set(Double(value))
    }

    /// Sets the value of the series with the given labels.
    @inlinable
    public func set(_ value: Int, _ labels: Attributes) {
        set(Double(value), labels)
    }
}

extension Gauge: Instrument {
    /// The instrument, for what all instruments share.
    public var _handle: _InstrumentHandle { unlabelled.handle }
}

extension Gauge.Series where Value == Double {
    /// Sets the value.
    @inlinable @inline(__always)
    public func set(_ value: Int) {
        set(Double(value))
    }
}
