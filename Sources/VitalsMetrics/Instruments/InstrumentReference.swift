/// Leads to an instrument without counting references: instruments are never freed.
@frozen @usableFromInline
struct InstrumentReference: Sendable {
    @usableFromInline let core: Unmanaged<InstrumentCore>

    init(_ core: InstrumentCore) {
        self.core = .passUnretained(core)
    }

    @inlinable @inline(__always)
    func callAsFunction<Result>(_ body: (InstrumentCore) -> Result) -> Result {
        core._withUnsafeGuaranteedRef { body($0) }
    }
}

/// One series of an instrument: what a family or `with` hands out. A small value to keep where it is used; recording
/// through it costs no look-up. After its series was removed it records nowhere.
public protocol InstrumentSeries: Sendable {
    /// Made by instruments.
    init(_instrument: _InstrumentHandle)
}

/// An instrument and one of its series, for the types that record into it.
@frozen
public struct _InstrumentHandle: Sendable {
    @usableFromInline let instrument: InstrumentReference
    @usableFromInline let series: SeriesReference

    @usableFromInline
    init(instrument: InstrumentReference, series: SeriesReference) {
        self.instrument = instrument
        self.series = series
    }
}
