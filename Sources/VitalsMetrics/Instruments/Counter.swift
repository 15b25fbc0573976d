/// A sum that only grows: requests served, bytes sent.
///
/// A negative, infinite or NaN amount changes nothing: it is counted in `vitals.measurements.dropped` and logged once.
/// Integers wrap around beyond 64 bits; doubles are exact up to 2^53.
@frozen
public struct Counter<Value: MetricNumber>: Sendable {
    /// One series of a counter.
    @frozen
    public struct Series: InstrumentSeries {
        @usableFromInline let handle: _InstrumentHandle

        /// Made by instruments.
        @inlinable
        public init(_instrument handle: _InstrumentHandle) {
            self.handle = handle
        }

        /// Adds an amount that is not negative.
        @inlinable @inline(__always)
        public func add(_ amount: Value) {
            if amount >= .zero, amount._isFinite, FastDoor.add(amount, handle) { return }
            handle.instrument { $0.recordSlowly(amount, to: handle.series) }
        }
    }

    @usableFromInline let unlabelled: Series

    init(_ core: InstrumentCore) {
        unlabelled = Series(_instrument: core.handle)
    }

    /// Adds an amount that is not negative to the series without labels.
    @inlinable @inline(__always)
    public func add(_ amount: Value) {
        unlabelled.add(amount)
    }

    /// Adds an amount that is not negative to the series with the given labels.
    @inlinable
    public func add(_ amount: Value, _ labels: Attributes) {
        unlabelled.handle.instrument { $0.record(amount, labels) }
    }
}

extension Counter: Instrument {
    /// The instrument, for what all instruments share.
    public var _handle: _InstrumentHandle { unlabelled.handle }
}

extension Counter.Series where Value == Int {
    /// Adds an amount that is not negative, and offers no exemplar: for what the library counts of itself.
    package func addQuietly(_ amount: Int) {
        if FastDoor.write(amount, handle.series) { return }
        handle.instrument { $0.recordSlowlyAndQuietly(amount, to: handle.series) }
    }
}
