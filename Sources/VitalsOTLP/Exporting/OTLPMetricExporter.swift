import CVitals
import VitalsBytes
package import VitalsMetrics

/// Pushes collections as OTLP: in one message, or in several where a peer takes no larger ones.
///
/// Changes count as delivered when the peer acknowledged them. Of a message in several parts some may be delivered and
/// others not: those wait, as the bytes that they are, and go before the next collection.
package final class OTLPMetricExporter: SnapshotExporter {
    /// What one export after the other uses.
    private final class Work {
        var encoder: MetricsEncoder
        /// Parts of an earlier collection that are still to be delivered; only where the reader reports changes.
        var waiting: [ExportPart] = []
        var limit: RequestLimit
        /// How many bytes the last message had: the next one will have about as many.
        var size = 4096

        init(_ resource: Attributes, _ limits: OTLPLimits) {
            limit = RequestLimit(limits)
            encoder = MetricsEncoder(resource: resource)
        }
    }

    package let temporality: Temporality
    package var title: String { sender.title }
    private let sender: OTLPSender
    /// Nil while an export has it: a collection must not run under a lock of ours.
    private let work: Locked<Work?>

    /// An exporter that sends through `sender`, whose points tell what `temporality` says.
    package init(
        _ configuration: OTLPConfiguration, _ sender: OTLPSender, resource: Attributes, temporality: Temporality
    ) {
        self.sender = sender
        self.temporality = temporality
        work = Locked(Work(resource, configuration.limits))
    }

    package func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard let work = self.work.withLock({ $0.take() }) else { return false }
        defer { self.work.withLock { $0 = work } }
        var earlier = PartedDelivery(sender, work.waiting)
        earlier.run(until: deadline)
        // Not before it is known whether the peer takes something else: then it is given up, and counted as that.
        defer { earlier.countTooLarge() }
        work.waiting = earlier.rest
        guard earlier.isTried else { return false }
        let collected: (parts: [ExportPart], hasLosses: Bool)
        do throws(ReaderError) {
            collected = try collect(reader, work, until: deadline)
        } catch {
            // A shutdown that cuts an export off says nothing of its own.
            if error != .isShutDown { Diagnostics.log(.warning, "\(title): nothing was collected: \(error)") }
            return false
        }
        var delivery = PartedDelivery(sender, collected.parts)
        delivery.run(until: deadline)
        delivery.countTooLarge()
        if !delivery.isUntouched {
            earlier.giveUpSuspects()
            work.waiting = []
        }
        work.limit.learn(from: delivery)
        let isWhole = delivery.rest.isEmpty
        if isWhole || !delivery.isUntouched { reader.commit() } else { reader.rollback() }
        // Totals come again with the next collection anyway.
        if !delivery.isUntouched, temporality.hasDelta { work.waiting = delivery.rest }
        return isWhole && work.waiting.isEmpty && !collected.hasLosses && !earlier.hasLosses && !delivery.hasLosses
    }

    /// The messages of a collection, each within the limit, and whether something is in none of them.
    private func collect(
        _ reader: MetricReader, _ work: Work, until deadline: UInt64
    ) throws(ReaderError) -> (parts: [ExportPart], hasLosses: Bool) {
        var buffer = ByteBuffer(capacity: work.size + work.size / 8)
        work.encoder.begin(into: &buffer)
        try reader.collect(timeout: .until(deadline)) { work.encoder.append($0, to: &buffer) }
        let points = work.encoder.end(into: &buffer)
        guard points > 0 else { return ([], false) }
        work.size = buffer.count
        let whole = ExportPart(ExportBody(buffer, isPacked: false), items: points)
        return work.limit.parts(of: whole, sender)
    }

    package func hurry(to deadline: UInt64) { sender.hurry(to: deadline) }

    package func cancel() { sender.shutdown() }

    package func shutdown() {
        sender.shutdown()
        let left = work.withLock { work in
            defer { work?.waiting = [] }
            return work?.waiting.reduce(0) { $0 + $1.items } ?? 0
        }
        if left > 0 {
            sender.report(loss: "\(left) \(sender.signal.itemsInWords) are lost: the peer did not take them in time")
        }
    }
}
