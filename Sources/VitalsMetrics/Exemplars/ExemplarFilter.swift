/// Which measurements may become exemplars.
public struct ExemplarFilter: Sendable, Hashable {
    let code: UInt8

    /// Those made inside a sampled span.
    public static let traceBased = ExemplarFilter(code: 0)
    /// All.
    public static let alwaysOn = ExemplarFilter(code: 1)
    /// None: recording then costs nothing extra.
    public static let alwaysOff = ExemplarFilter(code: 2)
}
