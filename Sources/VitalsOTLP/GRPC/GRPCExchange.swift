internal import Glibc

/// A call on the thread of the transport: what of it was sent and what came back.
final class GRPCExchange {
    let call: GRPCCall
    var deadline: UInt64
    var response: GRPCResponse
    /// When its headers were handed over.
    var startedAt: UInt64 = 0
    /// How many connections came to nothing before it could start.
    var lostConnections = 0
    /// The code with which the peer reset its stream.
    var resetByPeer: UInt32?
    /// Whether its answer was given.
    private(set) var isOver = false
    private var body: ExportBody?
    private var sentBytes = 0

    init(_ call: GRPCCall, limit: Int) {
        self.call = call
        deadline = call.request.deadline
        response = GRPCResponse(limit: limit)
        body = call.request.body
    }

    /// Whether the peer may have the whole message. With less of it no peer can do anything.
    private(set) var isSent = false

    func finish(_ answer: ExportAnswer) {
        if isOver { return }
        isOver = true
        // Also a stream that cannot be closed yet gives the memory back.
        body = nil
        call.finish(answer)
    }

    func fail(
        _ kind: String, _ reason: String, status: Int, remedy: ExportFailure.Remedy? = nil, isUntouched: Bool = false
    ) {
        finish(
            .failed(
                ExportFailure(
                    kind: kind, reason, remedy: remedy ?? GRPCStatus.remedy(status, isThrottled: false),
                    status: .grpc(status), isAmbiguous: isSent && !isUntouched)))
    }

    /// Gives up for want of time.
    func expire(_ circumstances: String) {
        fail("timeout", "the time was over \(circumstances)", status: GRPCStatus.deadlineExceeded)
    }

    func shutDown() {
        fail("shutdown", "the transport was shut down", status: GRPCStatus.cancelled, remedy: ExportFailure.Remedy.none)
    }

    /// Copies the next bytes of the message to `room`; nil if it will not be sent any more.
    func read(into room: UnsafeMutableRawBufferPointer) -> (count: Int, isLast: Bool)? {
        guard let body else { return nil }
        let bytes = body.bytes
        var count = 0
        if sentBytes < 5 {
            let length = UInt32(truncatingIfNeeded: bytes.count)
            let prefix = [body.isPacked ? 1 : 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
            let head = prefix[sentBytes...].prefix(room.count)
            room.copyBytes(from: head)
            count = head.count
        }
        let part = bytes.dropFirst(max(0, sentBytes + count - 5)).prefix(room.count - count)
        if !part.isEmpty, sentBytes + count >= 5 {
            UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: part))
            count += part.count
        }
        sentBytes += count
        isSent = sentBytes == bytes.count + 5
        return (count, isSent)
    }
}
