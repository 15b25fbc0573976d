import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// Who supplies or keeps exemplars may record itself. In processes of their own, because the supplier is the process's.
@Suite struct RecordingSupplierTests {
    @Test func aSupplierThatRecordsIsAskedOnce() async {
        await #expect(processExitsWith: .success) {
            let reader = InMemoryReader()
            reader.registry.exemplarFilter = .alwaysOn
            let counter = reader.meter().counter("counter")
            ExemplarSource.install {
                counter.add(1)
                return nil
            }
            counter.add(1)
            #expect(reader.counter("counter") == 2)
        }
    }

    private final class Recorder: ExemplarReservoir {
        let counter: Counter<Int>

        init(_ counter: Counter<Int>) {
            self.counter = counter
        }

        func offer(_: Exemplar) { counter.add(1) }
        func collect() -> [Exemplar] { [] }
    }

    @Test func aReservoirThatRecordsIsOfferedTheFirstOnly() async {
        await #expect(processExitsWith: .success) {
            let registry = Registry()
            registry.exemplarFilter = .alwaysOn
            let counter = registry.meter("test").counter("counter")
            registry.configure(views: [View("counter", reservoir: .custom { _ in Recorder(counter) })])
            counter.add(1)
            #expect(InMemoryReader(registry).counter("counter") == 2)
        }
    }

    private final class Collector: ExemplarReservoir {
        let reader: InMemoryReader

        init(_ reader: InMemoryReader) {
            self.reader = reader
        }

        func offer(_: Exemplar) {}
        func collect() -> [Exemplar] {
            _ = reader.collect()
            return []
        }
    }

    @Test(.timeLimit(.minutes(1))) func aReservoirThatCollectsIsRefusedAndDoesNotHang() {
        let registry = Registry()
        let other = InMemoryReader(registry)
        registry.exemplarFilter = .alwaysOn
        registry.configure(views: [View("counter", reservoir: .custom { _ in Collector(other) })])
        registry.meter("test").counter("counter").add(1)
        #expect(InMemoryReader(registry).counter("counter") == 1)
    }
}
