import VitalsMetrics

/// A histogram of requests. Those of the usual shape, which have a route and no error, find their series by typed labels.
struct HTTPServerHistogram<Value: MetricNumber>: Sendable {
    private let any: Histogram<Value>
    // Labels in the order of their names: others would have to be sorted at each look-up.
    private let usual: HistogramFamily<Value, (String, Int, String, String)>
    private let versioned: HistogramFamily<Value, (String, Int, String, String, String)>

    init(_ meter: Meter, _ name: String, unit: Unit, description: String, buckets: Buckets) {
        let method = LabelKey<String>("http.request.method")
        let status = LabelKey<Int>("http.response.status_code")
        let route = LabelKey<String>("http.route")
        let version = LabelKey<String>("network.protocol.version")
        let scheme = LabelKey<String>("url.scheme")
        any = meter.histogram(name, of: Value.self, unit: unit, description: description, buckets: buckets)
        usual = meter.histogram(
            name, of: Value.self, unit: unit, description: description, buckets: buckets, by: method, status, route,
            scheme)
        versioned = meter.histogram(
            name, of: Value.self, unit: unit, description: description, buckets: buckets, by: method, status, route,
            version, scheme)
    }

    func record(_ value: Value, _ labels: HTTPServerLabels) {
        switch labels {
        case .usual(let method, let status, let route, let version?, let scheme):
            versioned[method, status, route, version, scheme].record(value)
        case .usual(let method, let status, let route, nil, let scheme):
            usual[method, status, route, scheme].record(value)
        case .unusual(let attributes):
            any.record(value, attributes)
        }
    }
}
