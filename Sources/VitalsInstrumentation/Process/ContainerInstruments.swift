import VitalsMetrics

/// The instruments by which the container is reported: the control group of the process.
struct ContainerInstruments: Sendable {
    let cpuTime: ObservableCounter<Double>
    let cpuLimit: ObservableUpDownCounter<Double>
    let periods: ObservableCounter<Int>
    let throttledPeriods: ObservableCounter<Int>
    let throttledTime: ObservableCounter<Double>
    let memoryUsage: ObservableUpDownCounter<Int>
    let memoryLimit: ObservableUpDownCounter<Int>
    let stallTime: ObservableCounter<Double>

    init(_ meter: Meter) {
        cpuTime = meter.observableCounter(
            "container.cpu.time", of: Double.self, unit: .seconds,
            description: "Processor time that the container used.")
        cpuLimit = meter.observableUpDownCounter(
            "container.cpu.limit", of: Double.self, unit: "{cpu}",
            description: "Processor time that the container may use at a time, in processors.")
        periods = meter.observableCounter(
            "container.cpu.periods", unit: "{period}",
            description: "Periods of the limit in which the container used processor time.")
        throttledPeriods = meter.observableCounter(
            "container.cpu.throttled.periods", unit: "{period}",
            description: "Periods in which the container was stopped because it had used up its processor time.")
        throttledTime = meter.observableCounter(
            "container.cpu.throttled.time", of: Double.self, unit: .seconds,
            description: "How long the container was stopped because it had used up its processor time.")
        memoryUsage = meter.observableUpDownCounter(
            "container.memory.usage", unit: .bytes,
            description: "Memory that the container occupies, with files that are kept in memory.")
        memoryLimit = meter.observableUpDownCounter(
            "container.memory.limit", unit: .bytes, description: "Memory that the container may occupy.")
        stallTime = meter.observableCounter(
            "container.pressure.stall.time", of: Double.self, unit: .seconds,
            description: "How long some, or all at once, of the container's tasks waited for a scarce resource.")
    }

    func report(_ reading: ContainerReading, to observer: BatchObserver) {
        observer.report(cpuTime, reading.user, ProcessInstruments.user)
        observer.report(cpuTime, reading.system, ProcessInstruments.system)
        observer.report(cpuLimit, reading.processorLimit)
        observer.report(periods, reading.periods)
        observer.report(throttledPeriods, reading.throttledPeriods)
        observer.report(throttledTime, reading.throttledTime)
        observer.report(memoryUsage, reading.memoryUsage)
        observer.report(memoryLimit, reading.memoryLimit)
        for (pressure, labels) in [
            (reading.processorPressure, Self.processor), (reading.memoryPressure, Self.memory),
            (reading.diskPressure, Self.disk),
        ] {
            observer.report(stallTime, pressure.some, labels.some)
            observer.report(stallTime, pressure.full, labels.full)
        }
    }

    private static let processor = stalls("cpu")
    private static let memory = stalls("memory")
    private static let disk = stalls("io")

    private static func stalls(_ resource: AttributeValue) -> (some: Attributes, full: Attributes) {
        (
            ["pressure.resource": resource, "pressure.kind": "some"],
            ["pressure.resource": resource, "pressure.kind": "full"]
        )
    }
}
