/// The series of an instrument by typed labels: `requests["GET", "/orders", 200].add(1)`.
///
/// Label names are given once, values are checked at compile time, and a look-up allocates nothing and takes no lock.
/// `Labels` is the type of the label, or the tuple of their types.
@frozen
public struct Family<Series: InstrumentSeries, Labels>: Sendable {
    @usableFromInline let core: Unmanaged<FamilyCore>
    @usableFromInline let instrument: InstrumentReference

    init<each Label: LabelValue>(_ core: InstrumentCore, _ keys: repeat LabelKey<each Label>)
    where Labels == (repeat each Label) {
        var names: [String] = []
        var kinds: [UInt8] = []
        repeat names.append((each keys).name)
        repeat kinds.append((each Label)._labelKind)
        self.core = .passUnretained(core.family(names, kinds))
        instrument = InstrumentReference(core)
    }

    /// Removes the series with these labels. Recording to them again starts a new series, from zero.
    @discardableResult
    public func remove<each Label: LabelValue>(_ labels: repeat each Label) -> Bool
    where Labels == (repeat each Label) {
        var values: [AttributeValue] = []
        repeat values.append((each labels)._attribute)
        let removed = attributes(values)
        return instrument { $0.streams.reduce(false) { $1.remove(removed) || $0 } }
    }

    /// Removes the series whose labels satisfy `isRemoved`, and tells how many there were.
    @discardableResult
    public func removeAll(where isRemoved: (Attributes) -> Bool) -> Int {
        instrument { $0.streams.reduce(0) { $0 + $1.removeAll(where: isRemoved) } }
    }

    private func attributes(_ values: [AttributeValue]) -> Attributes {
        Attributes(zip(core._withUnsafeGuaranteedRef { $0.names }, values).map { ($0, $1) })
    }

    @inlinable @inline(__always)
    func find(_ start: UnsafeMutableRawPointer, _ writer: _LabelWriter) -> Series {
        let series = core._withUnsafeGuaranteedRef { $0.find(start, writer) }
        return Series(_instrument: _InstrumentHandle(instrument: instrument, series: series))
    }

    /// The long way, for labels that are too long to be encoded in place.
    @usableFromInline
    @inline(never)
    func find(_ values: [AttributeValue]) -> Series {
        let attributes = attributes(values)
        return Series(
            _instrument: _InstrumentHandle(
                instrument: instrument, series: instrument { $0.bind(attributes) }))
    }
}

/// A family of counters.
public typealias CounterFamily<Value: MetricNumber, Labels> = Family<Counter<Value>.Series, Labels>
/// A family of up-down counters.
public typealias UpDownCounterFamily<Value: MetricNumber, Labels> = Family<UpDownCounter<Value>.Series, Labels>
/// A family of gauges.
public typealias GaugeFamily<Value: MetricNumber, Labels> = Family<Gauge<Value>.Series, Labels>
/// A family of histograms.
public typealias HistogramFamily<Value: MetricNumber, Labels> = Family<Histogram<Value>.Series, Labels>
