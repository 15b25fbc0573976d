/// A distribution: durations, sizes. Negative values are taken; NaN and infinities change nothing, but are counted in
/// `vitals.measurements.dropped` and logged once.
@frozen
public struct Histogram<Value: MetricNumber>: Sendable {
    /// One series of a histogram.
    @frozen
    public struct Series: InstrumentSeries, DurationRecorder {
        @usableFromInline let handle: _InstrumentHandle

        /// Made by instruments.
        @inlinable
        public init(_instrument handle: _InstrumentHandle) {
            self.handle = handle
        }

        /// Records a value.
        @inlinable @inline(__always)
        public func record(_ value: Value) {
            if FastDoor.record(value, handle) { return }
            handle.instrument { $0.recordSlowly(value, to: handle.series) }
        }

        /// Records a duration in the unit of the histogram; seconds if its unit is not one of time.
        public func record(_ duration: Duration) {
            record(handle.instrument { Value(_clamping: duration.asDouble * $0.descriptor.unit.perSecond) })
        }
    }

    @usableFromInline let unlabelled: Series

    init(_ core: InstrumentCore) {
        unlabelled = Series(_instrument: core.handle)
    }

    /// Records a value in the series without labels.
    @inlinable @inline(__always)
    public func record(_ value: Value) {
        unlabelled.record(value)
    }

    /// Records a value in the series with the given labels.
    @inlinable
    public func record(_ value: Value, _ labels: Attributes) {
        unlabelled.handle.instrument { $0.record(value, labels) }
    }
}

extension Histogram where Value == Double {
    /// Records a value in the series without labels.
    @inlinable @inline(__always)
    public func record(_ value: Int) {
        record(Double(value))
    }

    /// Records a value in the series with the given labels.
    @inlinable
    public func record(_ value: Int, _ labels: Attributes) {
        record(Double(value), labels)
    }
}

extension Histogram: DurationRecorder {
    /// Records a duration in the unit of the histogram; seconds if its unit is not one of time.
    public func record(_ duration: Duration) {
        unlabelled.record(duration)
    }

    /// Records a duration in the series with the given labels.
    public func record(_ duration: Duration, _ labels: Attributes) {
        unlabelled.handle.instrument {
            $0.record(Value(_clamping: duration.asDouble * $0.descriptor.unit.perSecond), labels)
        }
    }
}

extension Histogram: Instrument {
    /// The instrument, for what all instruments share.
    public var _handle: _InstrumentHandle { unlabelled.handle }
}

extension Duration {
    var asDouble: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

extension Histogram.Series where Value == Double {
    /// Records a value.
    @inlinable @inline(__always)
    public func record(_ value: Int) {
        record(Double(value))
    }
}
