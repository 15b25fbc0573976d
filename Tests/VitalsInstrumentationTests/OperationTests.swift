import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@testable import VitalsInstrumentation

struct OperationTests {
    private struct Refused: Error {}

    @Test func itsSpanAndItsMetricsSayTheSameTime() throws {
        let exporter = InMemorySpanExporter()
        let provider = TracerProvider()
        var configuration = TracingConfiguration()
        configuration.processors = [SimpleSpanProcessor(exporter)]
        #expect(provider.start(configuration))
        let operation = Operation(provider.tracer("test"), "work", .internal, [:])
        let seconds = operation.end()
        let span = try #require(exporter.spans.first)
        #expect(seconds == Double(span.end &- span.start) / 1e9)
    }

    @Test func aCancellationIsNoError() {
        let operation = Operation(TracerProvider().tracer("test"), "work", .internal, [:])
        #expect(operation.fail(CancellationError()) == nil)
        #expect(operation.fail(Refused())?.hasSuffix("Refused") == true)
    }
}
