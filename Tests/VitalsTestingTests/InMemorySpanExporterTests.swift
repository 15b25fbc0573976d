import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@Suite struct InMemorySpanExporterTests {
    private func provider(_ exporter: InMemorySpanExporter) -> TracerProvider {
        var configuration = TracingConfiguration()
        configuration.processors = [SimpleSpanProcessor(exporter, registry: nil)]
        let provider = TracerProvider()
        provider.start(configuration)
        return provider
    }

    @Test func aSpanIsThereWhenItHasEnded() {
        let exporter = InMemorySpanExporter()
        let provider = provider(exporter)
        let tracer = provider.tracer("test")
        tracer.withSpan("outer", kind: .server) { span in
            span["cart.id"] = "42"
            tracer.withSpan("inner") { _ in }
            #expect(exporter.spans.map(\.name) == ["inner"])
        }
        #expect(exporter.spans.map(\.name) == ["inner", "outer"])
        #expect(exporter.spans(named: "outer").first?.attributes == ["cart.id": "42"])
        #expect(exporter.spans[0].parentID == exporter.spans[1].context.spanID)
        exporter.reset()
        #expect(exporter.spans.isEmpty)
        #expect(provider.shutdown())
        #expect(exporter.isShutDown)
    }

    @Test func exportsFailWhileItIsTold() {
        let exporter = InMemorySpanExporter()
        let provider = provider(exporter)
        exporter.isFailing = true
        provider.tracer("test").withSpan("lost") { _ in }
        exporter.isFailing = false
        provider.tracer("test").withSpan("kept") { _ in }
        #expect(exporter.spans.map(\.name) == ["kept"])
        #expect(provider.shutdown())
    }
}
