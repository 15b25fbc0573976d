/// How doubles are written in an exposition; get it once and keep it, as the first use computes a table.
public struct DoubleFormat: Sendable {
    /// As text 0.0.4 has them: what Go prints for the shortest `%g`, so `17`, `0.25`, `1e+06` and `+Inf`.
    public static let text = DoubleFormat(marksWhole: false, powers: .shared)
    /// As OpenMetrics has them: the same, but whole numbers carry a point, so `17.0`.
    public static let openMetrics = DoubleFormat(marksWhole: true, powers: .shared)

    @usableFromInline let marksWhole: Bool
    let powers: PowersOfTen
}
