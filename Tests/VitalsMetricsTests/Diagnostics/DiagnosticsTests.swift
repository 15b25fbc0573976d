import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

/// The handler is one for the process, and other suites log meanwhile: each test looks only for names of its own.
@Suite(.serialized) struct DiagnosticsTests {
    private final class Journal: Sendable {
        private let lines = Waitable<[(Diagnostics.Level, String)]>([])

        init() {
            Diagnostics.handle { level, message in _ = self.lines.update { $0.append((level, message)) } }
        }

        /// The messages that contain `name`, with their level in front. Waits for a first one, which another thread may
        /// be about to deliver.
        func lines(with name: String) -> [String] {
            _ = lines.wait(until: DiagnosticsTests.soon()) { $0.contains { $0.1.contains(name) } }
            return linesNow(with: name)
        }

        func linesNow(with name: String) -> [String] {
            (lines.update { $0 } ?? []).filter { $0.1.contains(name) }.map { "\($0.0.rawValue): \($0.1)" }
        }
    }

    private static func soon() -> UInt64 { vitals_monotonic_nanoseconds() + 10_000_000_000 }

    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func refusedMeasurementsOfARegistryAreLoggedOnceForEachReason() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        let counter = meter.counter("diagnostics.refused", of: Double.self)
        for _ in 0..<100 {
            counter.add(-1)
            counter.add(.nan)
            counter.add(.infinity, ["a": "b"])
        }
        for reason in ["-1.0 was added", "nan was recorded", "inf was recorded"] {
            #expect(journal.lines(with: "diagnostics.refused: \(reason)").count == 1, "\(reason)")
        }
        let lines = journal.linesNow(with: "diagnostics.refused")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasPrefix("warning: ") && $0.contains("vitals.measurements.dropped") })
        #expect(SelfReport(reader).dropped("negative") == 100)
    }

    @Test func aHandleUsedAfterRemovalIsLoggedOnce() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        let counter = meter.counter("diagnostics.removed")
        let kept = counter.with(["a": "b"])
        kept.add(1)
        counter.remove(["a": "b"])
        for _ in 0..<10 { kept.add(1) }
        #expect(journal.lines(with: "diagnostics.removed").count == 1)
    }

    @Test func aContradictionIsLoggedOnceAndNamesBothSides() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        for _ in 0..<5 {
            _ = meter.counter("diagnostics.clash", unit: "s")
            _ = meter.gauge("diagnostics.clash", unit: "By")
        }
        #expect(
            journal.lines(with: "diagnostics.clash") == [
                "warning: diagnostics.clash was declared as integer counter in s and now as double gauge in By: both "
                    + "are reported. Give one another name, in code or by a view."
            ])
    }

    @Test func everyKindOfWrongDeclarationSaysWhatIsWrong() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        _ = meter.counter("1.diagnostics.first")
        _ = meter.counter("diagnostics letter")
        _ = meter.counter("diagnostics.long" + String(repeating: "g", count: 255))
        _ = meter.counter("diagnostics.case")
        _ = meter.counter("Diagnostics.case")
        _ = meter.counter("diagnostics.twins", by: .string("same"), .string("same"))
        _ = meter.histogram("diagnostics.buckets", buckets: [1])
        _ = meter.histogram("diagnostics.buckets", buckets: [2])
        _ = meter.counter("diagnostics.words", description: "one")
        _ = meter.counter("diagnostics.words", description: "three")
        for name in [
            "1.diagnostics.first", "diagnostics letter", "has 271 characters", "Diagnostics.case",
            "diagnostics.twins", "diagnostics.buckets", "diagnostics.words",
        ] {
            #expect(journal.lines(with: name).count == 1, "\(name)")
        }
    }

    @Test func anOverflowIsLoggedOnceForEachStream() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        var limits = Limits()
        limits.cardinality = 1
        let reader = InMemoryReader(limits: limits)
        for name in ["diagnostics.full.a", "diagnostics.full.b"] {
            let counter = reader.meter().counter(name)
            for number in 0..<10 { counter.add(1, ["number": .int(number)]) }
            #expect(journal.lines(with: name).count == 1)
        }
    }

    @Test func aHandlerMayUseTheRegistryThatLogs() {
        let meter = meter
        let isInside = Locked(false)
        let handled = Waitable(0)
        Diagnostics.handle { level, message in
            guard message.contains("diagnostics.reentrant") else { return }
            let isFirst = isInside.withLock { isInside in
                defer { isInside = true }
                return !isInside
            }
            guard isFirst else { return }
            // Declares, contradicts, binds, and overruns what is being declared right now.
            meter.counter("diagnostics.messages").add(1, ["level": .string(level.rawValue)])
            meter.upDownCounter("diagnostics.reentrant").add(1)
            for number in 0..<3000 { meter.counter("diagnostics.reentrant").add(1, ["number": .int(number)]) }
            isInside.withLock { $0 = false }
            _ = handled.update { $0 += 1 }
        }
        defer { Diagnostics.handleWithStandardError() }
        _ = meter.counter("diagnostics.reentrant")
        _ = meter.gauge("diagnostics.reentrant")
        #expect(handled.wait(until: Self.soon()) { $0 >= 1 })
        #expect((reader.counter("diagnostics.messages", ["level": "warning"]) ?? 0) >= 1)
        #expect(reader.collect().all("diagnostics.reentrant").first?.points.count == 2001)
    }

    @Test func aHandlerThatCausesMessagesComesToAnEnd() {
        let meter = meter
        let calls = Locked(0)
        Diagnostics.handle { _, message in
            guard message.contains("diagnostics endless") else { return }
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            _ = meter.counter("diagnostics endless \(call)")
        }
        defer { Diagnostics.handleWithStandardError() }
        _ = meter.counter("diagnostics endless")
        let after = calls.withLock { $0 }
        #expect(after <= 60)
    }

    @Test func aFloodOfMessagesIsCutOff() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        for number in 0..<500 { _ = meter.counter("diagnostics flood \(number)") }
        #expect((1...60).contains(journal.lines(with: "diagnostics flood").count))
        #expect(SelfReport(reader).conflicts == 500)
        // The next handler is not punished for what the former one was told.
        let next = Journal()
        _ = meter.counter("diagnostics after the flood")
        #expect(next.lines(with: "after the flood").count == 1)
        #expect(journal.linesNow(with: "after the flood").isEmpty)
    }

    @Test func aMeterWithoutANameIsLogged() {
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        _ = reader.registry.meter("")
        #expect(!journal.lines(with: "a meter was made without a name").isEmpty)
    }

    @Test func aCallbackThatFailsIsLoggedByTheNameOfItsInstrument() {
        struct Broken: Error {}
        let journal = Journal()
        defer { Diagnostics.handleWithStandardError() }
        let gauge = meter.observableGauge("diagnostics.broken") { _ in throw Broken() }
        for _ in 0..<3 { _ = reader.collect() }
        gauge.cancel()
        #expect(journal.lines(with: "diagnostics.broken").count == 1)
        #expect(SelfReport(reader).dropped("callback") == 3)
    }
}
