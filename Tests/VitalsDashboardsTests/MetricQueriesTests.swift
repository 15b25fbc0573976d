import Testing
import VitalsDashboards
import VitalsMetrics

struct MetricQueriesTests {
    private let catalogue: Catalogue

    init() {
        let registry = Registry()
        let meter = registry.meter("shop")
        _ = meter.counter("orders.placed")
        _ = meter.gauge("queue.size")
        _ = meter.histogram("order.duration", unit: .seconds, buckets: [0.25, 1, 1e6, 1_048_576])
        _ = meter.histogram("order.exponential", unit: .seconds, buckets: .exponential())
        _ = meter.histogram("order.sum", unit: .seconds, buckets: [])
        catalogue = Catalogue(registry)
    }

    @Test func aCounterIsAskedForItsRate() throws {
        let placed = try catalogue.metric("orders.placed")
        #expect(
            placed.rate(by: ["payment.method"], where: [.equal("shop.name", "a \"b\" \\c\n")])
                == #"sum by (payment_method) (rate(orders_placed_total{job=~"$job", instance=~"$instance", "#
                + #"shop_name="a \"b\" \\c\n"}[$__rate_interval]))"#)
        #expect(
            placed.total() == #"sum (increase(orders_placed_total{job=~"$job", instance=~"$instance"}[$__range]))"#)
    }

    @Test func aGaugeIsAskedForItsValues() throws {
        let size = try catalogue.metric("queue.size")
        #expect(size.sum() == #"sum (queue_size{job=~"$job", instance=~"$instance"})"#)
        #expect(
            size.max(by: ["job"], where: [.notEqual("a", ""), .like("b", "x|y")])
                == #"max by (job) (queue_size{job=~"$job", instance=~"$instance", a!="", b=~"x|y"})"#)
    }

    @Test func histogramsOfBothKindsAreAsked() throws {
        let duration = try catalogue.metric("order.duration")
        let classic = #"order_duration_seconds_bucket{job=~"$job", instance=~"$instance"}[$__rate_interval]"#
        let native = #"order_duration_seconds{job=~"$job", instance=~"$instance"}[$__rate_interval]"#
        let count = #"order_duration_seconds_count{job=~"$job", instance=~"$instance"}[$__rate_interval]"#
        let sum = #"order_duration_seconds_sum{job=~"$job", instance=~"$instance"}[$__rate_interval]"#
        #expect(
            try duration.quantile(0.95)
                == "(histogram_quantile(0.95, sum by (job) (rate(\(native)))) > -Inf or "
                + "histogram_quantile(0.95, sum by (job, le) (rate(\(classic)))))")
        #expect(duration.rate() == "sum (rate(\(count)) or histogram_count(rate(\(native))))")
        #expect(
            duration.mean(by: ["job"])
                == "(sum by (job) (rate(\(sum)) or histogram_sum(rate(\(native)))) / "
                + "sum by (job) (rate(\(count)) or histogram_count(rate(\(native)))))")
        #expect(duration.classicBuckets() == "sum by (le) (increase(\(classic)))")
        #expect(duration.nativeBuckets() == "sum (increase(\(native)))")
    }

    @Test(arguments: [
        (0.25, #"le=~"0\\.25""#), (1.0, #"le=~"1(\\.0)?""#), (1_048_576.0, #"le=~"1\\.048576e\\+06""#),
        (1e6, #"le=~"1e\\+06""#),
    ])
    func aShareNamesTheBoundAsPrometheusWritesIt(bound: Double, label: String) throws {
        let share = try catalogue.metric("order.duration").share(below: bound)
        #expect(share.contains("histogram_fraction(0, \(bound), "))
        #expect(share.contains(#"order_duration_seconds_bucket{job=~"$job", instance=~"$instance", \#(label)}"#))
    }

    @Test(arguments: [0.3, 0, -1, .nan, .infinity])
    func aShareAtABoundThatIsNotThereIsAnError(bound: Double) throws {
        let duration = try catalogue.metric("order.duration")
        let error = #expect(throws: DashboardError.self) { _ = try duration.share(below: bound) }
        #expect(error?.description.contains("[0.25, 1.0, ") == true)
    }

    @Test func anExponentialHistogramHasAnyBound() throws {
        #expect(try catalogue.metric("order.exponential").share(below: 0.3).contains("histogram_fraction(0, 0.3, "))
    }

    @Test(arguments: [-0.1, 7, .nan])
    func aQuantileThatIsNoShareIsAnError(share: Double) throws {
        let duration = try catalogue.metric("order.duration")
        #expect(throws: DashboardError.self) { _ = try duration.quantile(share) }
    }

    @Test func whatHasNoBucketsHasNoQuantiles() throws {
        for name in ["order.sum", "orders.placed"] {
            let metric = try catalogue.metric(name)
            let error = #expect(throws: DashboardError.self) { _ = try metric.quantile(0.5) }
            #expect(error?.description.contains("\"\(name)\"") == true)
            #expect(throws: DashboardError.self) { _ = try metric.share(below: 1) }
        }
    }

    @Test func recordedSeriesKnowNoInstances() {
        #expect(Metric.recorded("job:orders:rate5m").series() == #"job:orders:rate5m{job=~"$job"}"#)
        #expect(Metric.named("up").series() == #"up{job=~"$job", instance=~"$instance"}"#)
    }
}
