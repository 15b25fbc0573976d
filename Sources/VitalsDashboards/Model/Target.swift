/// A query of a panel, and what its series are called.
public struct Target: Sendable, Hashable {
    let query: String
    let legend: String
    let hasExemplars: Bool
    let unit: PanelUnit?

    /// A query.
    ///
    /// - Parameters:
    ///   - query: PromQL; `Metric` writes most of it.
    ///   - legend: What a series is called: words, and labels such as `{{http_route}}`. In a table, the name of the column.
    ///   - exemplars: Whether exemplars are shown as well, of the histograms that it asks for.
    ///   - unit: That of the column, in a table.
    public init(_ query: String, legend: String, exemplars: Bool = false, unit: PanelUnit? = nil) {
        self.query = query
        self.legend = legend
        hasExemplars = exemplars
        self.unit = unit
    }
}
