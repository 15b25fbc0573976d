/// Delivers messages one after the other, and takes those apart that a peer finds too large.
///
/// A peer that refuses a message may mean the message, or may be in trouble itself: over its quota, without room, broken.
/// It means the message if it takes another one afterwards.
package struct PartedDelivery {
    /// Messages that were refused, with what was said; so many in a row, and it is the peer.
    private static let mostSuspects = 3

    private let sender: OTLPSender
    private var untried: [ExportPart]
    private var suspects: [(part: ExportPart, failure: ExportFailure)] = []
    /// Whether the peer took nothing, so that everything may be reported again.
    package private(set) var isUntouched = true
    /// Whether something was given up.
    package private(set) var hasLosses = false

    /// The size of the smallest message that the peer found too large, before it took a smaller one.
    package private(set) var tooLargeBytes: Int?
    private var refusedBytes: Int?
    /// Why the delivery ended before its end.
    package private(set) var failure: ExportFailure?
    private var isFirstTried = false

    /// A delivery of `parts`.
    package init(_ sender: OTLPSender, _ parts: [ExportPart]) {
        self.sender = sender
        untried = parts
    }

    /// What was not delivered.
    package var rest: [ExportPart] { suspects.map(\.part) + untried }

    /// Whether all that was not delivered was refused: nothing else stands in the way of other messages.
    package var isTried: Bool { untried.isEmpty }

    /// How many items of messages that were not even tried are left.
    package var untriedItems: Int {
        untried.dropFirst(isFirstTried ? 1 : 0).reduce(0) { $0 + $1.items }
    }

    /// Delivers until `deadline`, or until the peer does not answer or refuses too much.
    package mutating func run(until deadline: UInt64) {
        while let part = untried.first, suspects.count < Self.mostSuspects {
            let body = sender.transport.encode(part.message, for: sender.signal)
            switch sender.deliver(body, items: part.items, until: deadline) {
            case .success:
                untried.removeFirst()
                isUntouched = false
                tooLargeBytes = refusedBytes
                giveUpSuspects()
            case .failure(let failure) where failure.remedy == .smaller:
                refusedBytes = min(refusedBytes ?? .max, part.message.bytes.count)
                if let halves = MessageSplitter.halves(part.message.bytes, sender.signal) {
                    untried.replaceSubrange(0..<1, with: halves.map { ExportPart($0, sender.signal) })
                } else {
                    suspect(part, failure)
                }
            case .failure(let failure) where failure.remedy == .none && !failure.isShutdown:
                suspect(part, failure)
            case .failure(let failure):
                self.failure = failure
                isFirstTried = true
                return
            }
        }
    }

    /// Counts as refused what is too large and was not given up: nothing smaller helps. Once, when all is over.
    package func countTooLarge() {
        let tooLarge = suspects.filter { $0.failure.remedy == .smaller }
        guard let failure = tooLarge.first?.failure else { return }
        let items = tooLarge.reduce(0) { $0 + $1.part.items }
        // The peer that failed afterwards was noted as one that fails.
        if isFirstTried { sender.countUntried(items, failure) } else { sender.countRefused(items, failure) }
    }

    private mutating func suspect(_ part: ExportPart, _ failure: ExportFailure) {
        self.failure = failure
        untried.removeFirst()
        suspects.append((part, failure))
    }

    /// Gives up what was refused, after the peer took something else.
    package mutating func giveUpSuspects() {
        for (part, failure) in suspects {
            let isTooLarge = failure.remedy == .smaller
            if isTooLarge { sender.countTooLarge(part.items) }
            sender.report(
                loss:
                    "\(sender.signal.itemsInWords) that the peer \(isTooLarge ? "finds too large" : "refuses"), while it "
                    + "takes others, are lost: \(failure)")
            hasLosses = true
        }
        suspects = []
    }
}
