/// Who reports metrics, as `OTEL_METRICS_EXPORTER` lists them.
struct MetricsExporters: Equatable {
    /// OTLP is pushed; nil leaves it to whether there is an endpoint for it.
    var isPushed: Bool?
    /// Prometheus fetches.
    var isExposed = true
    /// The console shows.
    var isShown = false

    init(_ variables: Environment) {
        let name = "OTEL_METRICS_EXPORTER"
        guard let listed = variables.list(name), let text = variables.string(name) else { return }
        var words: Set<String> = []
        for word in listed {
            let known = word.lowercased()
            if Self.known.contains(known) {
                words.insert(known)
            } else {
                let choices = Environment.alternatives(Self.known)
                variables.refuse(
                    name, text, "in which \(Environment.quoted(word)) is not \(choices)",
                    instead: "that part is ignored")
            }
        }
        if words.count > 1, words.contains("none") {
            variables.refuse(name, text, "which has none beside others", instead: "the others count")
        }
        // Nothing but words that nobody knows is as good as nothing.
        guard !words.isEmpty else { return }
        isPushed = words.contains("otlp")
        isExposed = words.contains("prometheus")
        isShown = words.contains("console")
    }

    private static let known = ["otlp", "prometheus", "console", "none"]
}
