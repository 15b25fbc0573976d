/// A page of Grafana: rows of panels about the jobs and instances that are chosen at its top.
///
/// Each dashboard comes with what all have: the choice of a data source, of jobs and instances, marks at restarts and
/// deployments, links to the other dashboards of its family.
public struct Dashboard: Sendable {
    let name: String
    let title: String
    let description: String
    let family: String
    let isPerInstance: Bool
    let variables: [Variable]
    let rows: [Row]

    /// A dashboard.
    ///
    /// - Parameters:
    ///   - name: What it is called in links and files, for good: `orders`.
    ///   - title: What people call it.
    ///   - description: What it answers.
    ///   - family: Which dashboards link to each other; also the first word of its uid and of its title.
    ///   - isPerInstance: Whether instances can be chosen. What rules recorded for a job does not tell them apart.
    public init(
        _ name: String, title: String, description: String, family: String = "vitals", isPerInstance: Bool = true,
        variables: [Variable] = [], rows: [Row]
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.family = family
        self.isPerInstance = isPerInstance
        self.variables = variables
        self.rows = rows
    }

    /// By which links and alerts find it.
    public var uid: String { "\(family)-\(name)" }

    /// What its file is called.
    public var fileName: String { "\(name).json" }

    /// The family as a word in titles.
    var familyTitle: String { "\(family.prefix(1).uppercased())\(family.dropFirst())" }

    /// Every job and every instance has this one: it says what a process is.
    static let discovery = "target_info"
}
