import CVitals
import VitalsMetrics
import VitalsOTLP

/// Everything that a program's telemetry sends by itself: a reader for each destination, with a thread of its own.
struct MetricsPush: Sendable {
    private let readers: [PeriodicReader]

    init(_ configuration: Configuration) throws(OTLPError) {
        let registry = configuration.metrics.registry
        var readers: [PeriodicReader] = []
        if let push = configuration.push {
            let transport = try push.otlp.makeTransport()
            // Instruments of a registry that nobody reads, if the library is not to report on itself.
            let sender = OTLPSender(
                push.otlp, transport, .metrics,
                registry: configuration.metrics.observesItself ? registry : Registry())
            let exporter = OTLPMetricExporter(
                push.otlp, sender, resource: Resource.attributes(of: configuration), temporality: push.temporality)
            readers.append(PeriodicReader(registry, exporter, every: push.interval, timeout: push.timeout))
        }
        if let console = configuration.console {
            readers.append(
                PeriodicReader(
                    registry, ConsoleExporter(temporality: console.temporality), every: console.interval,
                    timeout: console.timeout))
        }
        for export in configuration.exports {
            readers.append(
                PeriodicReader(
                    registry, CollectingExporter(export.exporter), every: export.interval, timeout: export.timeout))
        }
        self.readers = readers
        for reader in readers where !reader.start() {
            let now = vitals_monotonic_nanoseconds()
            beginShutdown(until: now)
            _ = waitForShutdown(until: now)
            throw .system("the system gives no thread for it; raise the limit of threads")
        }
    }

    /// True if everything was delivered by `deadline` (monotonic nanoseconds).
    func flush(until deadline: UInt64) -> Bool {
        // Side by side: a dead destination must not take the others' time.
        let tickets = readers.map { $0.beginFlush() }
        return zip(readers, tickets).map { reader, ticket in
            ticket.map { reader.waitForFlush($0, until: deadline) } ?? false
        }.allSatisfy { $0 }
    }

    func beginShutdown(until deadline: UInt64) {
        for reader in readers { reader.beginShutdown(until: deadline) }
    }

    /// True if the last collection was delivered everywhere by `deadline`.
    func waitForShutdown(until deadline: UInt64) -> Bool {
        readers.map { $0.waitForShutdown(until: deadline) }.allSatisfy { $0 }
    }
}
