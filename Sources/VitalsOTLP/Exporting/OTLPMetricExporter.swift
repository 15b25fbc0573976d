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
        /// How large messages may be, as far as is known: a peer may take less than is configured.
        var limit: Int
        /// How many bytes the last message had: the next one will have about as many.
        var size = 4096

        init(_ resource: Attributes, limit: Int) {
            self.limit = limit
            encoder = MetricsEncoder(resource: resource)
        }
    }

    /// Messages do not become smaller than this for the next collections, even if the peer takes only smaller ones now.
    private static let leastLimit = 64 << 10

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
        // No message of protobuf is larger than two gigabytes.
        requestBytes = min(max(1024, configuration.limits.requestBytes), Int(Int32.max))
        work = Locked(Work(resource, limit: requestBytes))
    }

    package func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        guard let work = self.work.withLock({ $0.take() }) else { return false }
        defer { self.work.withLock { $0 = work } }
        var earlier = PartedDelivery(sender, work.waiting)
        earlier.run(until: deadline)
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
        if !delivery.isUntouched {
            earlier.giveUpSuspects()
            work.waiting = []
        }
        // What a peer finds too large need not be tried each time; but it may take more some day.
        work.limit = delivery.tooLargeBytes.map { max(Self.leastLimit, $0 / 2) } ?? min(requestBytes, work.limit * 2)
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
        let limit = min(requestBytes, work.limit)
        guard whole.message.bytes.count > limit else { return ([whole], false) }
        let parts =
            MessageSplitter.split(whole.message.bytes, .metrics, atMost: limit)?.map {
                ExportPart($0, .metrics)
            } ?? [whole]
        let sendable = withinLimit(parts)
        return (sendable, sendable.count < parts.count)
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
