import VitalsBytes

/// How large requests may be: what is configured, or less where a peer was found to take less.
struct RequestLimit {
    /// Requests do not become smaller than this from one time to the next, even if the peer takes only smaller ones now.
    private static let least = 64 << 10

    private let most: Int
    private var current: Int

    init(_ limits: OTLPLimits) {
        // No message of protobuf is larger than two gigabytes.
        most = min(max(1024, limits.requestBytes), Int(Int32.max))
        current = most
    }

    /// The requests that a message comes to, and whether something is in none of them: a single item may be larger than
    /// the limit, and so may the resource around it.
    func parts(of whole: ExportPart, _ sender: OTLPSender) -> (parts: [ExportPart], hasLosses: Bool) {
        guard whole.message.bytes.count > current else { return ([whole], false) }
        let parts =
            MessageSplitter.split(whole.message.bytes, sender.signal, atMost: current)?.map {
                ExportPart($0, sender.signal)
            } ?? [whole]
        let items = parts.reduce(0) { $1.message.bytes.count > most ? $0 + $1.items : $0 }
        guard items > 0 else { return (parts, false) }
        sender.countTooLarge(items)
        sender.report(
            loss:
                "\(sender.signal.itemsInWords) that come to more than limits.requestBytes, \(most), are lost: raise it, or "
                + "shorten the attributes")
        return (parts.filter { $0.message.bytes.count <= most }, true)
    }

    /// What a peer finds too large need not be tried each time; but it may take more some day.
    mutating func learn(from delivery: PartedDelivery) {
        current = delivery.tooLargeBytes.map { max(Self.least, $0 / 2) } ?? min(most, current * 2)
    }
}
