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
        /// How many bytes the last message had: the next one will have about as many.
        var size = 4096

        init(_ resource: Attributes) {
            encoder = MetricsEncoder(resource: resource)
        }
    }

    package let temporality: Temporality
    package var title: String { sender.title }
    private let sender: OTLPSender
    private let requestBytes: Int
    /// Nil while an export has it: a collection must not run under a lock of ours.
    private let work: Locked<Work?>

    /// An exporter that sends through `sender`, whose points tell what `temporality` says.
    package init(
        _ configuration: OTLPConfiguration, _ sender: OTLPSender, resource: Attributes, temporality: Temporality
    ) {
        self.sender = sender
        self.temporality = temporality
        requestBytes = max(1024, configuration.limits.requestBytes)
        work = Locked(Work(resource))
    }

    package func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard let work = self.work.withLock({ $0.take() }) else { return false }
        defer { self.work.withLock { $0 = work } }
        if !work.waiting.isEmpty {
            var delivery = PartedDelivery(sender, work.waiting)
            delivery.run(until: deadline, givesUpRefused: true)
            work.waiting = delivery.rest
            guard delivery.rest.isEmpty else { return false }
        }
        let parts: [ExportPart]
        do throws(ReaderError) {
            parts = try collect(reader, work, until: deadline)
        } catch {
            Diagnostics.log(.warning, "\(title): nothing was collected: \(error)")
            return false
        }
        var delivery = PartedDelivery(sender, parts)
        delivery.run(until: deadline, givesUpRefused: false)
        if delivery.rest.isEmpty {
            reader.commit()
            return !delivery.hasLosses
        }
        if delivery.isUntouched {
            reader.rollback()
        } else {
            reader.commit()
            // Totals come again with the next collection anyway.
            if temporality.hasDelta { work.waiting = delivery.rest }
        }
        return false
    }

    /// The messages of a collection, each within the limit.
    private func collect(
        _ reader: MetricReader, _ work: Work, until deadline: UInt64
    ) throws(ReaderError) -> [ExportPart] {
        var buffer = ByteBuffer(capacity: work.size + work.size / 8)
        work.encoder.begin(into: &buffer)
        try reader.collect(timeout: .until(deadline)) { work.encoder.append($0, to: &buffer) }
        let points = work.encoder.end(into: &buffer)
        guard points > 0 else { return [] }
        work.size = buffer.count
        let whole = ExportPart(ExportBody(buffer, isPacked: false), items: points)
        guard whole.message.bytes.count > requestBytes else { return [whole] }
        let parts =
            MessageSplitter.split(whole.message.bytes, .metrics, atMost: requestBytes)?.map { message in
                ExportPart(message, items: MessageSplitter.count(message.bytes, .metrics))
            } ?? [whole]
        return withinLimit(parts)
    }

    /// Those parts that may be sent: a single point may be larger than the limit, and so may the resource around it.
    private func withinLimit(_ parts: [ExportPart]) -> [ExportPart] {
        let items = parts.reduce(0) { $1.message.bytes.count > requestBytes ? $0 + $1.items : $0 }
        guard items > 0 else { return parts }
        sender.countTooLarge(items)
        sender.report(
            loss:
                "\(sender.signal.itemsInWords) that come to more than limits.requestBytes, \(requestBytes), are lost: "
                + "raise it, or shorten the attributes")
        return parts.filter { $0.message.bytes.count <= requestBytes }
    }

    package func hurry(to deadline: UInt64) { sender.hurry(to: deadline) }

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
