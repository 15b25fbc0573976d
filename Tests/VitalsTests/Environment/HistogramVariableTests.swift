import Testing
import VitalsMetrics
import VitalsTesting

@testable import Vitals

/// What the environment makes of histograms.
@Suite struct HistogramVariableTests {
    private let name = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"

    private func reader(_ views: [View]) -> InMemoryReader {
        var configuration = Said.configuration([name: "Base2_Exponential_Bucket_Histogram"]).configuration
        configuration.views = views
        let reader = InMemoryReader()
        reader.registry.configure(views: configuration.effectiveViews)
        return reader
    }

    @Test func histogramsAreExponentialWhateverTheyWereDeclaredWith() {
        let reader = reader([])
        reader.meter().histogram("plain").record(1)
        reader.meter().histogram("declared", buckets: [1, 2]).record(1)
        reader.meter().counter("counter").add(1)
        #expect(reader.exponentialHistogram("plain")?.count == 1)
        #expect(reader.exponentialHistogram("declared")?.count == 1)
        #expect(reader.counter("counter") == 1)
    }

    @Test func aViewOfTheProgramWinsAndThereIsNoSecondStream() {
        let reader = reader([
            View("bounded", aggregation: .histogram([1, 2])), View("renamed", name: "other"),
            View("dropped", aggregation: .drop),
        ])
        for name in ["bounded", "renamed", "dropped"] { reader.meter().histogram(name).record(1) }
        let collected = reader.collect()
        #expect(collected.metrics.map(\.name) == ["bounded", "other"])
        #expect(collected["bounded"]?[[:]]?.histogram?.bounds == [1, 2])
        // That view says nothing about buckets.
        #expect(collected["other"]?[[:]]?.exponential?.count == 1)
    }

    @Test func theProgramMayGoBackToExplicitBuckets() {
        var configuration = Said.configuration([name: "base2_exponential_bucket_histogram"]).configuration
        #expect(configuration.effectiveViews.count == 1)
        configuration.metrics.histograms = .byKind
        #expect(configuration.effectiveViews.isEmpty)
    }

    @Test func anAggregationThatNobodyKnowsIsReported() {
        #expect(Said.configuration([name: "explicit_bucket_histogram"]).warnings == [])
        let bad = Said.configuration([name: "exponential"])
        #expect(bad.configuration.metrics.histograms == .byKind)
        #expect(
            bad.warnings == [
                "\(name) is \"exponential\", which is not explicit_bucket_histogram or "
                    + "base2_exponential_bucket_histogram: explicit_bucket_histogram counts"
            ])
    }
}
