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
