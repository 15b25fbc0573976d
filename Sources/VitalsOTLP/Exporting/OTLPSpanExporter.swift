import CVitals
import VitalsBytes
package import VitalsMetrics
package import VitalsTracing

/// Pushes spans as OTLP: in one message, or in several where a peer takes no larger ones.
///
/// What the peer does not take in time is lost and counted: spans have no totals that would come again.
package final class OTLPSpanExporter: SpanExporter {
    /// What one export after the other uses.
    private final class Work {
        var encoder: SpansEncoder
        var limit: RequestLimit
        /// How many bytes the last message had: the next one will have about as many.
        var size = 4096

        init(_ resource: Attributes, _ limits: OTLPLimits) {
            encoder = SpansEncoder(resource: resource)
            limit = RequestLimit(limits)
        }
    }

    private let sender: OTLPSender
    private let work: Locked<Work>

    /// An exporter that sends through `sender`.
    package init(_ configuration: OTLPConfiguration, _ sender: OTLPSender, resource: Attributes) {
        self.sender = sender
        work = Locked(Work(resource, configuration.limits))
    }

    package func export(_ spans: [FinishedSpan], timeout: Duration) -> Bool {
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        guard !spans.isEmpty else { return true }
        let (message, limit) = work.withLock { work in
            var buffer = ByteBuffer(capacity: work.size + work.size / 8)
            work.encoder.encode(spans, into: &buffer)
            work.size = buffer.count
            return (ExportPart(ExportBody(buffer, isPacked: false), items: spans.count), work.limit)
        }
        let (parts, hasLosses) = limit.parts(of: message, sender)
        var delivery = PartedDelivery(sender, parts)
        delivery.run(until: deadline)
        delivery.countTooLarge()
        work.withLock { $0.limit.learn(from: delivery) }
        if let failure = delivery.failure, delivery.untriedItems > 0 {
            sender.countUntried(delivery.untriedItems, failure)
        }
        return delivery.rest.isEmpty && !hasLosses && !delivery.hasLosses
    }

    package func hurry(within time: Duration?) {
        sender.hurry(to: time.map { vitals_monotonic_nanoseconds() &+ $0.nanoseconds } ?? .max)
    }

    package func cancel() { sender.shutdown() }

    package func shutdown() { sender.shutdown() }
}
