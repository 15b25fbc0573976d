/// The series of an instrument by typed labels: `requests["GET", "/orders", 200].add(1)`.
///
/// Label names are given once, values are checked at compile time, and a look-up allocates nothing and takes no lock.
public struct Family<Series: InstrumentSeries, each Label: LabelValue>: Sendable {
    @usableFromInline let core: Unmanaged<FamilyCore>

    init(_ core: InstrumentCore, _ keys: repeat LabelKey<each Label>) {
        var names: [String] = []
        var kinds: [UInt8] = []
        repeat names.append((each keys).name)
        repeat kinds.append((each Label)._labelKind)
        self.core = .passRetained(FamilyCore(core, names, kinds))
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable
    public subscript(_ labels: repeat each Label) -> Series {
        var size = 0
        repeat size &+= (each labels)._size
        if size > 240 { return Series(_instrument: find(attributes(repeat each labels))) }
        return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start)
            repeat (each labels)._write(&writer)
            return Series(_instrument: core._withUnsafeGuaranteedRef { $0.find(start, writer.keys.next) })
        }
    }

    /// Removes the series with these labels. Recording to them again starts a new series, from zero.
    @discardableResult
    public func remove(_ labels: repeat each Label) -> Bool {
        let removed = attributes(repeat each labels)
        return core._withUnsafeGuaranteedRef { family in
            family.instrument.streams.reduce(false) { $1.remove(removed) || $0 }
        }
    }

    /// Removes the series whose labels satisfy `isRemoved`, and tells how many there were.
    @discardableResult
    public func removeAll(where isRemoved: (Attributes) -> Bool) -> Int {
        core._withUnsafeGuaranteedRef { family in
            family.instrument.streams.reduce(0) { $0 + $1.removeAll(where: isRemoved) }
        }
    }

    @usableFromInline
    func attributes(_ labels: repeat each Label) -> Attributes {
        var values: [AttributeValue] = []
        repeat values.append((each labels).attribute)
        return Attributes(zip(core._withUnsafeGuaranteedRef { $0.names }, values).map { ($0, $1) })
    }

    @usableFromInline
    func find(_ attributes: Attributes) -> _InstrumentHandle {
        core._withUnsafeGuaranteedRef { family in
            _InstrumentHandle(
                instrument: InstrumentReference(family.instrument), series: family.instrument.bind(attributes))
        }
    }
}

/// A family of counters.
public typealias CounterFamily<Value: MetricNumber, each Label: LabelValue> = Family<
    Counter<Value>.Series, repeat each Label
>
/// A family of up-down counters.
public typealias UpDownCounterFamily<Value: MetricNumber, each Label: LabelValue> = Family<
    UpDownCounter<Value>.Series, repeat each Label
>
/// A family of gauges.
public typealias GaugeFamily<Value: MetricNumber, each Label: LabelValue> = Family<
    Gauge<Value>.Series, repeat each Label
>
/// A family of histograms.
public typealias HistogramFamily<Value: MetricNumber, each Label: LabelValue> = Family<
    Histogram<Value>.Series, repeat each Label
>
