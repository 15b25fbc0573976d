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
