import CVitals
import Synchronization

/// Makes values of collections, for exporters that a program wrote itself.
package final class CollectingExporter: SnapshotExporter {
    private let exporter: any MetricExporter
    private let isCancelled = Atomic(false)

    /// Hands collections on to `exporter`.
    package init(_ exporter: any MetricExporter) {
        self.exporter = exporter
    }

    package var temporality: Temporality { exporter.temporality }
    package var title: String { "\(type(of: exporter))" }

    package func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard !isCancelled.load(ordering: .acquiring) else { return false }
        let metrics: CollectedMetrics
        do throws(ReaderError) {
            metrics = try CollectedMetrics(collecting: reader, timeout: .until(deadline))
        } catch {
            // A shutdown that cuts an export off says nothing of its own.
            if error != .isShutDown { Diagnostics.log(.warning, "\(title): nothing was collected: \(error)") }
            return false
        }
        guard exporter.export(metrics, timeout: .until(deadline)) else {
            reader.rollback()
            return false
        }
        reader.commit()
        return true
    }

    /// An exporter of the program keeps to the time that it is given.
    package func hurry(to deadline: UInt64) {}

    package func cancel() { isCancelled.store(true, ordering: .releasing) }

    package func shutdown() { exporter.shutdown() }
}

extension Duration {
    /// What is left until `deadline` (monotonic nanoseconds), never less than nothing.
    package static func until(_ deadline: UInt64) -> Duration {
        let now = vitals_monotonic_nanoseconds()
        return .nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0)
    }
}
