import CVitals
import Glibc
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsInstrumentation

struct ProcessTelemetryTests {
    /// Name, unit and kind of everything that may be reported, and the labels.
    private static let process: [(String, String, CollectedMetric.Kind, [Attributes])] = [
        ("process.cpu.time", "s", .monotonicSum, [["cpu.mode": "user"], ["cpu.mode": "system"]]),
        ("process.cpu.limit", "{cpu}", .sum, [[:]]),
        ("process.memory.usage", "By", .sum, [[:]]),
        ("process.memory.virtual", "By", .sum, [[:]]),
        ("process.memory.heap.usage", "By", .sum, [[:]]),
        ("process.memory.heap.reserved", "By", .sum, [[:]]),
        ("process.disk.io", "By", .monotonicSum, [["disk.io.direction": "read"], ["disk.io.direction": "write"]]),
        ("process.thread.count", "{thread}", .sum, [[:]]),
        ("process.unix.file_descriptor.count", "{file_descriptor}", .sum, [[:]]),
        ("process.unix.file_descriptor.limit", "{file_descriptor}", .sum, [[:]]),
        (
            "process.context_switches", "{context_switch}", .monotonicSum,
            [["process.context_switch.type": "voluntary"], ["process.context_switch.type": "involuntary"]]
        ),
        (
            "process.paging.faults", "{fault}", .monotonicSum,
            [["system.paging.fault.type": "minor"], ["system.paging.fault.type": "major"]]
        ),
        ("process.start_time", "s", .gauge, [[:]]),
        ("process.uptime", "s", .gauge, [[:]]),
    ]

    private static let container: [(String, String, CollectedMetric.Kind, [Attributes])] = [
        ("container.cpu.time", "s", .monotonicSum, [["cpu.mode": "user"], ["cpu.mode": "system"]]),
        ("container.cpu.limit", "{cpu}", .sum, [[:]]),
        ("container.cpu.periods", "{period}", .monotonicSum, [[:]]),
        ("container.cpu.throttled.periods", "{period}", .monotonicSum, [[:]]),
        ("container.cpu.throttled.time", "s", .monotonicSum, [[:]]),
        ("container.memory.usage", "By", .sum, [[:]]),
        ("container.memory.limit", "By", .sum, [[:]]),
        (
            "container.pressure.stall.time", "s", .monotonicSum,
            [AttributeValue](["cpu", "memory", "io"]).flatMap { resource -> [Attributes] in
                [
                    ["pressure.resource": resource, "pressure.kind": "some"],
                    ["pressure.resource": resource, "pressure.kind": "full"],
                ]
            }
        ),
    ]

    private func values(_ reading: ProcessReading) -> (Registry, CollectedMetrics) {
        let reader = InMemoryReader()
        _ = ProcessInstruments(reader.meter()).observe { reading }
        return (reader.registry, reader.collect())
    }

    @Test func everythingThatIsKnownHasItsNameUnitKindAndLabels() {
        var reading = ProcessReading(
            user: 1, system: 2, resident: 3, virtual: 4, bytesRead: 5, bytesWritten: 6, threads: 7, descriptors: 8,
            descriptorLimit: 9, voluntarySwitches: 10, involuntarySwitches: 11, minorFaults: 12, majorFaults: 13,
            startTime: 14, uptime: 15, heapUsed: 16, heapReserved: 17, processors: 18)
        reading.container = ContainerReading(
            memoryUsage: 19, memoryLimit: 20, user: 21, system: 22, processorLimit: 23, periods: 24,
            throttledPeriods: 25, throttledTime: 26)
        for (path, base) in [
            (\ContainerReading.processorPressure, 27.0), (\.memoryPressure, 29), (\.diskPressure, 31),
        ] {
            (reading.container[keyPath: path].some, reading.container[keyPath: path].full) = (base, base + 1)
        }
        let (_, collected) = values(reading)
        var numbers: [Double] = []
        for (name, unit, kind, series) in Self.process + Self.container {
            let metric = collected[name]
            #expect(metric?.unit.symbol == unit, "\(name)")
            #expect(metric?.kind == kind, "\(name)")
            #expect(metric?.points.count == series.count, "\(name)")
            numbers += series.compactMap { metric?[$0]?.number }
        }
        #expect(
            numbers == [
                1, 2, 18, 3, 4, 16, 17, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 21, 22, 23, 24, 25, 26, 19, 20, 27, 28,
                29,
                30, 31, 32,
            ])
    }

    @Test func whatIsNotKnownHasNoSeries() {
        let (_, collected) = values(ProcessReading())
        for (name, _, _, _) in Self.process + Self.container { #expect(collected[name] == nil, "\(name)") }
    }

    @Test func numbersBeyondAnIntegerAreClamped() {
        let (_, collected) = values(ProcessReading(resident: .max))
        #expect(collected["process.memory.usage"]?[[:]]?.int == .max)
    }

    @Test func theProcessOfTheTestIsSeen() throws {
        let reader = InMemoryReader()
        let telemetry = ProcessTelemetry(meter: reader.meter())
        defer { telemetry.cancel() }
        let collected = reader.collect()
        for (name, _, _, series) in Self.process {
            #expect(collected[name]?.points.count == series.count, "\(name)")
        }
    }

    @Test func twoOfOneRegistryCountOnce() {
        let reader = InMemoryReader()
        let first = ProcessTelemetry(meter: reader.meter("one"))
        let second = ProcessTelemetry(meter: reader.meter("one"))
        let third = ProcessTelemetry(meter: reader.meter("two"))
        #expect(reader.collect()["process.cpu.limit"]?.points.count == 1)
        #expect(reader.counter("process.cpu.limit") == Double(vitals_processors()))
        // Those that observe nothing have nothing to give back.
        second.cancel()
        third.cancel()
        #expect(reader.counter("process.cpu.limit") != nil)
        first.cancel()
        first.cancel()
        #expect(reader.counter("process.cpu.limit") == nil)
        let again = ProcessTelemetry(meter: reader.meter("two"))
        first.cancel()
        #expect(reader.counter("process.cpu.limit") == Double(vitals_processors()))
        again.cancel()
    }

    @Test func oneThatIsLetGoGivesWayToAnother() {
        let reader = InMemoryReader()
        var first: ProcessTelemetry? = ProcessTelemetry(meter: reader.meter("one"))
        var copy = first
        first = nil
        #expect(copy != nil)
        #expect(reader.counter("process.cpu.limit") == Double(vitals_processors()))
        copy = nil
        #expect(reader.counter("process.cpu.limit") == nil)
        let again = ProcessTelemetry(meter: reader.meter("two"))
        defer { again.cancel() }
        #expect(reader.counter("process.cpu.limit") == Double(vitals_processors()))
    }

    @Test func severalReadersMayCollectAtOnce() async {
        let reader = InMemoryReader()
        let telemetry = ProcessTelemetry(meter: reader.meter())
        defer { telemetry.cancel() }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let own = InMemoryReader(reader.registry)
                    return (0..<25).count { _ in own.collect()["process.thread.count"]?[[:]] != nil }
                }
            }
            for await found in group { #expect(found == 25) }
        }
    }
}
