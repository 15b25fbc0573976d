/// One series of an instrument: what a family or `with` hands out. A small value to keep where it is used; recording
/// through it costs no look-up. After its series was removed it records nowhere.
public protocol InstrumentSeries: Sendable {
    /// Made by instruments.
    init(_instrument: _InstrumentHandle)
}
