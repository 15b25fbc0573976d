import Testing
import VitalsMetrics
import VitalsTesting

/// Names that two streams would share.
@Suite struct NameClashTests {
    @Test func twoViewsOfOneInstrumentUnderOneNameWarn() {
        let reader = InMemoryReader(views: [View("counter"), View("counter", attributes: .only([]))])
        let counter = reader.meter().counter("counter")
        #expect(reader.registry.conflicts == 1)
        counter.add(1, ["a": 1])
        #expect(reader.collect().all("counter").count == 2)
    }

    @Test func aViewThatTakesTheNameOfAnotherInstrumentWarns() {
        let reader = InMemoryReader(views: [View("first", name: "second")])
        reader.meter().counter("first").add(1)
        #expect(reader.registry.conflicts == 0)
        reader.meter().counter("second").add(2)
        #expect(reader.registry.conflicts == 1)
        #expect(reader.collect().all("second").map(\.total).sorted() == [1, 2])
    }

    @Test func metersMayShareNames() {
        let reader = InMemoryReader(views: [View("first", name: "second")])
        reader.registry.meter("one").counter("first").add(1)
        reader.registry.meter("two").counter("second").add(2)
        #expect(reader.registry.conflicts == 0)
        #expect(reader.collect().all("second").count == 2)
    }

    @Test func oneNameForWhatAWildcardSelectsWarns() {
        let reader = InMemoryReader(views: [View("http.*", name: "http")])
        #expect(reader.registry.conflicts == 1)
        let kinds = InMemoryReader(views: [View(InstrumentSelector(kind: .counter), name: "all")])
        #expect(kinds.registry.conflicts == 1)
    }

    @Test func aLateViewThatTakesTheNameOfAnotherInstrumentWarns() {
        let registry = Registry()
        registry.meter("test").counter("first").add(1)
        registry.meter("test").counter("second").add(2)
        #expect(registry.conflicts == 0)
        registry.configure(views: [View("first", name: "second")])
        #expect(registry.conflicts >= 1)
        #expect(InMemoryReader(registry).collect().all("second").map(\.total).sorted() == [1, 2])
    }

    @Test func twoLateViewsOfOneInstrumentUnderOneNameWarn() {
        let registry = Registry()
        registry.meter("test").counter("first").add(1)
        registry.configure(views: [View("first"), View("first")])
        #expect(registry.conflicts == 1)
    }
}
