import VitalsMetrics

/// A choice at the top of a dashboard: one or more of the values that a label has.
public struct Variable: Sendable {
    let name: String
    let title: String
    let query: String

    private init(_ name: String, _ title: String, _ query: String) {
        self.name = name
        self.title = title
        self.query = query
    }

    /// The values of an attribute of an instrument, of the jobs and instances that were chosen.
    public init(_ name: String, title: String, attribute: String, of metric: Metric) {
        let suffix = metric.kind == .histogram ? "_count" : ""
        self.init(name, title, "label_values(\(metric.selector(suffix, [])), \(Label.name(attribute)))")
    }

    /// The jobs that have a metric.
    static func job(_ discovery: String) -> Variable {
        Variable("job", "Job", "label_values(\(discovery), job)")
    }

    /// The instances of the chosen jobs.
    static func instance(_ discovery: String) -> Variable {
        Variable("instance", "Instance", "label_values(\(discovery){\(Metric.jobs)}, instance)")
    }
}
