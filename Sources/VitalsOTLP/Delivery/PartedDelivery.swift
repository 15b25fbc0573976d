/// Delivers messages one after the other, and takes those apart that a peer finds too large.
package struct PartedDelivery {
    private let sender: OTLPSender
    /// What was not delivered, in order.
    package private(set) var rest: [ExportPart]
    /// Whether nothing was delivered or given up, so that everything may be reported again.
    package private(set) var isUntouched = true
    /// Whether something was given up.
    package private(set) var hasLosses = false

    /// Single points that the peer finds too large, while it took nothing that would show that it is their size.
    private var suspects: [ExportPart] = []
    /// So many of them, and it is not the size: a peer without room or over its quota says the same.
    private static let mostSuspects = 3

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
        defer {
            rest = suspects + rest
            suspects = []
        }
        var refusal: ExportFailure?
        while let part = rest.first {
            let body = sender.transport.encode(part.message, for: sender.signal)
            switch sender.deliver(body, items: part.items, until: deadline) {
            case .success:
                rest.removeFirst()
                isUntouched = false
                if let refusal { giveUpSuspects(refusal) }
            case .failure(let failure) where failure.remedy == .smaller:
                if let halves = MessageSplitter.halves(part.message.bytes, sender.signal) {
                    rest.replaceSubrange(
                        0..<1,
                        with: halves.map { ExportPart($0, items: MessageSplitter.count($0.bytes, sender.signal)) })
                    continue
                }
                rest.removeFirst()
                suspects.append(part)
                refusal = failure
                if !isUntouched { giveUpSuspects(failure) }
                if suspects.count >= Self.mostSuspects { return refuse(failure) }
            case .failure(let failure) where failure.remedy == .none && failure != .isShutDown:
                guard givesUpRefused || !isUntouched else { return }
                rest.removeFirst()
                giveUp("the peer refused", failure)
            case .failure:
                return
            }
        }
        guard let refusal, !suspects.isEmpty else { return }
        if givesUpRefused { giveUpSuspects(refusal) } else { refuse(refusal) }
    }

    /// All of it stays, to be delivered later.
    private func refuse(_ failure: ExportFailure) {
        sender.countRefused((suspects + rest).reduce(0) { $0 + $1.items }, failure)
    }

    private mutating func giveUpSuspects(_ failure: ExportFailure) {
        for part in suspects {
            sender.countTooLarge(part.items)
            giveUp("the peer finds too large", failure)
        }
        suspects = []
    }

    private mutating func giveUp(_ reason: String, _ failure: ExportFailure) {
        isUntouched = false
        hasLosses = true
        sender.report(loss: "\(sender.signal.itemsInWords) that \(reason) are lost: \(failure)")
    }
}
