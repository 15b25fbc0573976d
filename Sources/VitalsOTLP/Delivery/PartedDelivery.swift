/// Delivers messages one after the other, and takes those apart that a peer finds too large.
package struct PartedDelivery {
    private let sender: OTLPSender
    /// What was not delivered, in order.
    package private(set) var rest: [ExportPart]
    /// Whether nothing was delivered or given up, so that everything may be reported again.
    package private(set) var isUntouched = true

    /// A delivery of `parts`.
    package init(_ sender: OTLPSender, _ parts: [ExportPart]) {
        self.sender = sender
        rest = parts
    }

    /// Delivers until `deadline`, or until a part fails.
    ///
    /// - Parameter givesUpRefused: Whether parts that the peer will never take are given up, because nothing else
    ///   reports what is in them.
    package mutating func run(until deadline: UInt64, givesUpRefused: Bool) {
        while let part = rest.first {
            let body = sender.transport.encode(part.message, for: sender.signal)
            switch sender.deliver(body, items: part.items, until: deadline) {
            case .success:
                rest.removeFirst()
                isUntouched = false
            case .failure(let failure) where failure.remedy == .smaller:
                split(part, failure)
            case .failure(let failure) where failure.remedy == .none && failure != .isShutDown:
                guard givesUpRefused || !isUntouched else { return }
                giveUp(part.items, "the peer refused", failure)
            case .failure:
                return
            }
        }
    }

    private mutating func split(_ part: ExportPart, _ failure: ExportFailure) {
        guard let halves = MessageSplitter.halves(part.message.bytes, sender.signal) else {
            sender.countTooLarge(part.items)
            return giveUp(part.items, "the peer finds too large", failure)
        }
        rest.replaceSubrange(
            0..<1, with: halves.map { ExportPart($0, items: MessageSplitter.count($0.bytes, sender.signal)) })
    }

    private mutating func giveUp(_ items: Int, _ reason: String, _ failure: ExportFailure) {
        rest.removeFirst()
        isUntouched = false
        sender.report(loss: "\(sender.signal.itemsInWords) that \(reason) are lost: \(failure)")
    }
}
