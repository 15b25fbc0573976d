/// A query that has 0 instead of nothing where another one has something: what never happened has no series.
///
/// - Parameter labels: What tells whether there is something, if the query has further labels that the other one lacks.
func orZero(_ query: String, like other: String, on labels: String...) -> String {
    let matching = labels.isEmpty ? "" : " on (\(labels.joined(separator: ", ")))"
    return "(\(query) or\(matching) \(other) * 0)"
}
