/// A picture of some queries.
public struct Panel: Sendable {
    enum Kind: Sendable {
        case timeseries
        case stat
        case gauge
        case heatmap
        case table
        case alerts
    }

    let kind: Kind
    let title: String
    let description: String
    let unit: PanelUnit
    let targets: [Target]
    private(set) var width: Int
    private(set) var height: Int
    private(set) var isStacked = false
    private(set) var thresholds = Thresholds.none
    private(set) var limits: [Double] = []
    private(set) var minimum: Double? = 0
    private(set) var interval: String?
    private(set) var colours: [(names: String, colour: String)] = []
    private(set) var link: (title: String, url: String)?

    private init(
        _ kind: Kind, _ title: String, _ description: String, _ unit: PanelUnit, _ targets: [Target], width: Int,
        height: Int
    ) {
        self.kind = kind
        self.title = title
        self.description = description
        self.unit = unit
        self.targets = targets
        self.width = width
        self.height = height
    }

    /// Lines over time.
    ///
    /// - Parameter description: What it means, what is bad, and where it comes from; so in each kind of panel.
    public static func timeseries(_ title: String, _ description: String, unit: PanelUnit, _ targets: [Target]) -> Panel
    {
        Panel(.timeseries, title, description, unit, targets, width: 12, height: 8)
    }

    /// The last value in large figures, or one for each series.
    public static func stat(_ title: String, _ description: String, unit: PanelUnit, _ targets: [Target]) -> Panel {
        Panel(.stat, title, description, unit, targets, width: 4, height: 4)
    }

    /// The last value as a share of a whole, from 0 to 1.
    public static func gauge(_ title: String, _ description: String, _ targets: [Target]) -> Panel {
        Panel(.gauge, title, description, .ratio, targets, width: 4, height: 4)
    }

    /// How the values of a histogram are spread over time; its query is `classicBuckets` or `nativeBuckets`.
    public static func heatmap(_ title: String, _ description: String, unit: PanelUnit, _ query: String) -> Panel {
        let target = Target(query, legend: "{{le}}", exemplars: true)
        return Panel(.heatmap, title, description, unit, [target], width: 12, height: 8)
    }

    /// One line for each set of labels, one column for each query, as they are now.
    public static func table(_ title: String, _ description: String, _ targets: [Target]) -> Panel {
        Panel(.table, title, description, .number, targets, width: 24, height: 8)
    }

    /// The alerts of the chosen jobs that fire or are about to.
    public static func alerts(_ title: String, _ description: String) -> Panel {
        Panel(.alerts, title, description, .number, [], width: 12, height: 6)
    }

    /// How much room it takes: of 24 columns, and in lines.
    public func sized(_ width: Int, _ height: Int? = nil) -> Panel {
        changed { panel in
            panel.width = Swift.min(Swift.max(width, 1), 24)
            panel.height = Swift.min(Swift.max(height ?? panel.height, 1), 100)
        }
    }

    /// The lines stand on each other.
    public func stacked() -> Panel { changed { $0.isStacked = true } }

    /// From which values on it has which colour.
    public func thresholds(_ thresholds: Thresholds) -> Panel { changed { $0.thresholds = thresholds } }

    /// Lines at values that matter, such as a limit.
    public func limits(_ values: Double...) -> Panel {
        changed { $0.limits = values.filter(\.isFinite).sorted() }
    }

    /// Values may be less than nothing.
    public func signed() -> Panel { changed { $0.minimum = nil } }

    /// The smallest step between two points, such as `1m`: for queries that are expensive.
    public func every(_ interval: String) -> Panel { changed { $0.interval = interval } }

    /// The series whose name is like a regular expression have this colour.
    public func coloured(_ names: String, _ colour: String) -> Panel {
        changed { $0.colours.append((names, colour)) }
    }

    /// Where each value leads; labels are `${__field.labels.http_route}`, those of a table `${__data.fields.http_route}`.
    public func linked(_ title: String, to url: String) -> Panel { changed { $0.link = (title, url) } }

    private func changed(_ change: (inout Panel) -> Void) -> Panel {
        var panel = self
        change(&panel)
        return panel
    }
}
