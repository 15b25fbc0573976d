import VitalsMetrics

/// The instruments by which the process is reported.
struct ProcessInstruments: Sendable {
    private let meter: Meter
    private let cpuTime: ObservableCounter<Double>
    private let cpuLimit: ObservableUpDownCounter<Int>
    private let memoryUsage: ObservableUpDownCounter<Int>
    private let memoryVirtual: ObservableUpDownCounter<Int>
    private let heapUsage: ObservableUpDownCounter<Int>
    private let heapReserved: ObservableUpDownCounter<Int>
    private let diskIO: ObservableCounter<Int>
    private let threads: ObservableUpDownCounter<Int>
    private let descriptors: ObservableUpDownCounter<Int>
    private let descriptorLimit: ObservableUpDownCounter<Int>
    private let switches: ObservableCounter<Int>
    private let faults: ObservableCounter<Int>
    private let startTime: ObservableGauge<Double>
    private let uptime: ObservableGauge<Double>
    private let container: ContainerInstruments

    init(_ meter: Meter) {
        self.meter = meter
        cpuTime = meter.observableCounter(
            "process.cpu.time", of: Double.self, unit: .seconds,
            description: "Processor time that all threads of the process used, those that ended too.")
        cpuLimit = meter.observableUpDownCounter(
            "process.cpu.limit", unit: "{cpu}", description: "Processors that the process may run on.")
        memoryUsage = meter.observableUpDownCounter(
            "process.memory.usage", unit: .bytes, description: "Memory of the machine that the process occupies.")
        memoryVirtual = meter.observableUpDownCounter(
            "process.memory.virtual", unit: .bytes, description: "Address space that the process has taken.")
        heapUsage = meter.observableUpDownCounter(
            "process.memory.heap.usage", unit: .bytes,
            description: "Memory that malloc handed out and did not get back.")
        heapReserved = meter.observableUpDownCounter(
            "process.memory.heap.reserved", unit: .bytes,
            description: "Memory that malloc has taken from the system, handed out or not.")
        diskIO = meter.observableCounter(
            "process.disk.io", unit: .bytes, description: "Bytes that storage read and wrote for the process.")
        threads = meter.observableUpDownCounter(
            "process.thread.count", unit: "{thread}", description: "Threads of the process.")
        descriptors = meter.observableUpDownCounter(
            "process.unix.file_descriptor.count", unit: "{file_descriptor}",
            description: "File descriptors that the process has open.")
        descriptorLimit = meter.observableUpDownCounter(
            "process.unix.file_descriptor.limit", unit: "{file_descriptor}",
            description: "File descriptors that the process may have open.")
        switches = meter.observableCounter(
            "process.context_switches", unit: "{context_switch}",
            description: "How often a thread of the process made way for another one.")
        faults = meter.observableCounter(
            "process.paging.faults", unit: "{fault}",
            description: "Page faults of the process: major ones had to wait for storage.")
        startTime = meter.observableGauge(
            "process.start_time", unit: .seconds, description: "When the process began, in unix time.")
        uptime = meter.observableGauge(
            "process.uptime", unit: .seconds, description: "How long ago the process began.")
        container = ContainerInstruments(meter)
    }

    /// One callback for all of them, so that the system is asked once for a collection.
    func observe(_ read: @escaping @Sendable () -> ProcessReading) -> Watch {
        meter.observe(
            cpuTime, cpuLimit, memoryUsage, memoryVirtual, heapUsage, heapReserved, diskIO, threads, descriptors,
            descriptorLimit, switches, faults, startTime, uptime, container.cpuTime, container.cpuLimit,
            container.periods,
            container.throttledPeriods, container.throttledTime, container.memoryUsage, container.memoryLimit,
            container.stallTime
        ) { observer in
            let reading = read()
            report(reading, to: observer)
            container.report(reading.container, to: observer)
        }
    }

    private func report(_ reading: ProcessReading, to observer: BatchObserver) {
        observer.report(cpuTime, reading.user, Self.user)
        observer.report(cpuTime, reading.system, Self.system)
        observer.report(cpuLimit, reading.processors)
        observer.report(memoryUsage, reading.resident)
        observer.report(memoryVirtual, reading.virtual)
        observer.report(heapUsage, reading.heapUsed)
        observer.report(heapReserved, reading.heapReserved)
        observer.report(diskIO, reading.bytesRead, Self.read)
        observer.report(diskIO, reading.bytesWritten, Self.write)
        observer.report(threads, reading.threads)
        observer.report(descriptors, reading.descriptors)
        observer.report(descriptorLimit, reading.descriptorLimit)
        observer.report(switches, reading.voluntarySwitches, Self.voluntary)
        observer.report(switches, reading.involuntarySwitches, Self.involuntary)
        observer.report(faults, reading.minorFaults, Self.minor)
        observer.report(faults, reading.majorFaults, Self.major)
        observer.report(startTime, reading.startTime)
        observer.report(uptime, reading.uptime)
    }

    static let user: Attributes = ["cpu.mode": "user"]
    static let system: Attributes = ["cpu.mode": "system"]
    private static let read: Attributes = ["disk.io.direction": "read"]
    private static let write: Attributes = ["disk.io.direction": "write"]
    private static let voluntary: Attributes = ["process.context_switch.type": "voluntary"]
    private static let involuntary: Attributes = ["process.context_switch.type": "involuntary"]
    private static let minor: Attributes = ["system.paging.fault.type": "minor"]
    private static let major: Attributes = ["system.paging.fault.type": "major"]
}

extension BatchObserver {
    /// Observes a value if there is one: what is not known has no series.
    func report<Observed: ObservableInstrument>(
        _ instrument: Observed, _ value: Double?, _ labels: Attributes = [:]
    ) where Observed.Value == Double {
        if let value { observe(instrument, value, labels) }
    }

    /// Observes a value if there is one: what is not known has no series.
    func report<Observed: ObservableInstrument>(
        _ instrument: Observed, _ value: UInt64?, _ labels: Attributes = [:]
    ) where Observed.Value == Int {
        if let value { observe(instrument, Int(clamping: value), labels) }
    }
}
