import VitalsInstrumentation

/// An outbox in memory, and a place where messages go; each can be made to fail.
actor TestOutbox {
    enum Part: Hashable { case pending, send, sent }

    private(set) var messages: [Envelope] = []
    private(set) var arrived: [Envelope] = []
    private(set) var asked = 0
    private var failures: [Part: Int] = [:]
    private var refused: Set<String> = []
    private var isStuck = false
    private(set) var isBusy = false
    private(set) var hasOverlapped = false

    var ids: [String] { arrived.map(\.id) }
    var left: [String] { messages.map(\.id) }

    func put(_ message: Envelope) { messages.append(message) }

    func put(_ ids: some Sequence<Int>) {
        for id in ids { messages.append(Envelope(id: "\(id)", destination: "orders")) }
    }

    /// Makes a part fail so many times from now on.
    func fail(_ part: Part, _ times: Int) { failures[part] = times }
    func refuse(_ ids: Set<String>) { refused = ids }
    func getStuck() { isStuck = true }

    private func check(_ part: Part) throws {
        guard let left = failures[part], left > 0 else { return }
        failures[part] = left - 1
        throw Refused()
    }

    func pending(_ limit: Int) throws -> [Envelope] {
        asked += 1
        try check(.pending)
        return Array(messages.prefix(limit))
    }

    func send(_ message: Envelope) async throws {
        if isBusy { hasOverlapped = true }
        isBusy = true
        defer { isBusy = false }
        // Deaf to cancellation.
        while isStuck { await Task.yield() }
        await Task.yield()
        if refused.contains(message.id) { throw Refused() }
        try check(.send)
        arrived.append(message)
    }

    func sent(_ ids: [String]) throws {
        try check(.sent)
        try Task.checkCancellation()
        messages.removeAll { ids.contains($0.id) }
    }

    func free() { isStuck = false }

    nonisolated func relay(_ telemetry: MessagingTelemetry) -> OutboxRelay {
        OutboxRelay(
            telemetry, pending: { try await self.pending($0) }, send: { try await self.send($0) },
            sent: { try await self.sent($0) })
    }
}

/// Waits until `condition` holds; false when it does not within two minutes.
func eventually(_ condition: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(120)
    while await !condition() {
        if ContinuousClock.now > end { return false }
        await Task.yield()
    }
    return true
}
