public import VitalsMetrics
import VitalsPrometheus

/// The instruments that there are: what panels may show.
///
/// It is read from a registry in which they were declared, so a panel of an instrument that was renamed cannot be made.
public struct Catalogue: Sendable {
    /// All of them, by name.
    public let metrics: [Metric]

    /// What has been declared in a registry so far.
    public init(_ registry: Registry = .shared) {
        var metrics: [Metric] = []
        // By meter and then by name, so that several of one name stand together once sorted.
        for family in registry.directory().families where !metrics.contains(where: { $0.name == family.name }) {
            metrics.append(Metric(family))
        }
        self.metrics = metrics.sorted { $0.name < $1.name }
    }

    /// An instrument by its name, such as `http.server.request.duration`.
    public func metric(_ name: String) throws(DashboardError) -> Metric {
        guard let metric = metrics.first(where: { $0.name == name }) else {
            throw DashboardError(
                "there is no instrument \"\(name)\" in the catalogue: declare it before the catalogue is made, or "
                    + "correct its name")
        }
        return metric
    }

    /// One instrument a line: its name, kind, unit and name in Prometheus, with tabs between them.
    public var listing: String {
        metrics.map { "\($0.name)\t\($0.kind)\t\($0.unit.symbol)\t\($0.family)\n" }.joined()
    }
}
