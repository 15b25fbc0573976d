internal import CNghttp2
internal import VitalsBytes

extension GRPCConnection {
    /// Reads and writes what there is, but not without end: deadlines have to be looked at too.
    func transfer(_ now: UInt64) {
        isBusy = false
        read(now)
        if failure == nil { write() }
        guard failure == nil, let session else { return }
        // Its frames are at an end: the peer broke the rules, or all was said.
        if !session.isListening, outputStart == output.count { end(unreadable(session)) }
        if session.goodbye != nil || session.isWornOut { isRetired = true }
    }

    private func read(_ now: UInt64) {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { room in
            for _ in 0..<16 {
                guard failure == nil, let stream, let session else { return }
                switch stream.read(into: room) {
                case .bytes(let count):
                    lastRead = now
                    pingedAt = nil
                    if greeting.count < 64 { greeting += room.prefix(min(count, 64 - greeting.count)) }
                    let bytes = UnsafeRawBufferPointer(rebasing: room.prefix(count))
                    if let reason = session.receive(bytes) { end(ConnectFailure("connection_lost", reason)) }
                case .notNow: return
                case .closed:
                    end(
                        session.hasSettings || greeting.isEmpty
                            ? ConnectFailure("connection_lost", "the peer closed the connection") : unreadable(session))
                case .failed(let failure): end(failure)
                }
            }
            isBusy = true
        }
    }

    /// Why the session listens no more.
    private func unreadable(_ session: HTTP2Session) -> ConnectFailure {
        if session.hasSettings {
            return ConnectFailure(
                "connection_lost",
                session.complaint.map { "the peer broke the rules of HTTP/2: \($0)" } ?? "the peer goes away")
        }
        let words = GRPCText.line(String(decoding: greeting, as: UTF8.self))
        return ConnectFailure("protocol", "the peer does not speak HTTP/2, it says \"\(words)\"")
    }

    func write() {
        for _ in 0..<16 {
            guard let stream, let session else { return }
            if outputStart == output.count {
                output.clear()
                outputStart = 0
                while output.count < 64 << 10, let bytes = session.nextOutput() { output.append(bytes) }
                if output.count == 0 {
                    if case .failed(let failure) = stream.flush() { end(failure) }
                    return
                }
            }
            switch stream.write(UnsafeRawBufferPointer(rebasing: output.bytes[outputStart...])) {
            case .bytes(let count): outputStart += count
            case .notNow: return
            case .closed: return end(ConnectFailure("connection_lost", "the peer closed the connection"))
            case .failed(let failure): return end(failure)
            }
        }
        isBusy = true
    }

    /// Fails the calls that are still open, as the connection has ended.
    func failCalls(_ peer: String) {
        let reason = failure?.reason ?? "it was closed"
        for exchange in session?.exchanges.values.map({ $0 }) ?? [] {
            exchange.fail(
                "connection_lost", "the connection to \(peer) was lost: \(reason)", status: GRPCStatus.unavailable)
        }
        session?.exchanges = [:]
    }

    /// Ends calls that take too long. The connection takes no more of them: the peer may have gone without a word, or
    /// never come to an end with what it says.
    func expire(_ now: UInt64) {
        guard let session else { return }
        for (stream, exchange) in session.exchanges where !exchange.isOver && now >= exchange.deadline {
            exchange.expire(circumstances)
            session.reset(stream, NGHTTP2_CANCEL)
            isRetired = true
        }
    }

    /// The calls that wait for their answers.
    var openCalls: [GRPCExchange] { session?.exchanges.values.filter { !$0.isOver } ?? [] }

    func sayGoodbye() {
        session?.sayGoodbye()
        if failure == nil { write() }
        stream?.close()
    }
}
