/// A sum that grows and shrinks: requests in flight, items in a queue.
@frozen
public struct UpDownCounter<Value: MetricNumber>: Sendable {
    /// One series of an up-down counter.
    @frozen
    public struct Series: InstrumentSeries {
        @usableFromInline let handle: _InstrumentHandle

        /// Made by instruments.
        @inlinable
        public init(_instrument handle: _InstrumentHandle) {
            self.handle = handle
        }

        /// Adds an amount, which may be negative.
        @inlinable @inline(__always)
        public func add(_ amount: Value) {
            if amount._isFinite, FastDoor.add(amount, handle) { return }
            handle.instrument { $0.recordSlowly(amount, to: handle.series) }
        }
    }

    @usableFromInline let unlabelled: Series

    init(_ core: InstrumentCore) {
        unlabelled = Series(_instrument: core.handle)
    }

    /// Adds an amount, which may be negative, to the series without labels.
    @inlinable @inline(__always)
    public func add(_ amount: Value) {
        unlabelled.add(amount)
    }

    /// Adds an amount, which may be negative, to the series with the given labels.
    @inlinable
    public func add(_ amount: Value, _ labels: Attributes) {
        unlabelled.handle.instrument { $0.record(amount, labels) }
    }
}

extension UpDownCounter: Instrument {
    /// The instrument, for what all instruments share.
    public var _handle: _InstrumentHandle { unlabelled.handle }
}

extension UpDownCounter.Series where Value == Int {
    /// Adds an amount, and offers no exemplar: for what the library counts of itself.
    package func addQuietly(_ amount: Int) {
        if FastDoor.write(amount, handle.series) { return }
        handle.instrument { $0.recordSlowlyAndQuietly(amount, to: handle.series) }
    }
}
