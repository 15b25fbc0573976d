/// What a peer answers on one stream, and what that means.
package struct GRPCResponse {
    /// How many bytes a block of headers may have, by the count of HTTP/2.
    static let headerLimit = 64 << 10

    private struct Block {
        var size = 0
        var httpStatus: Int?
        var isGRPC = false
        var encoding = "identity"
        var status: [UInt8]?
        var message: [UInt8] = []
        var details: [UInt8] = []

        /// A block that only informs.
        var isInterim: Bool { httpStatus.map { (100..<200).contains($0) } ?? false }
    }

    private var block = Block()
    private var initial: Block?
    private var trailers: Block?
    private var message: GRPCMessage
    private var flaw: GRPCMessage.Flaw?
    private var discarded = 0
    private let limit: Int

    /// Nothing yet; a message may have `limit` bytes.
    package init(limit: Int) {
        self.limit = limit
        message = GRPCMessage(limit: limit)
    }

    /// A block of headers begins.
    package mutating func beginHeaders() {
        block = Block()
    }

    /// A header of the block. False: the block has become too large.
    package mutating func header(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        block.size += name.count + value.count + 32
        if block.size > Self.headerLimit { return false }
        switch String(decoding: name, as: UTF8.self) {
        case ":status": block.httpStatus = Int(String(decoding: value, as: UTF8.self))
        case "content-type": block.isGRPC = String(decoding: value, as: UTF8.self).hasPrefix("application/grpc")
        case "grpc-encoding": block.encoding = String(decoding: value.prefix(64), as: UTF8.self)
        case "grpc-status": block.status = Array(value)
        case "grpc-message": block.message = Array(value)
        case "grpc-status-details-bin": block.details = Array(value)
        default: break
        }
        return true
    }

    /// The block of headers is complete. False: no such block is allowed here.
    package mutating func endHeaders() -> Bool {
        if block.isInterim { return initial == nil }
        if initial == nil {
            initial = block
        } else if trailers == nil {
            trailers = block
        } else {
            return false
        }
        return true
    }

    /// Takes bytes of the body. False: there is no use in more of them.
    package mutating func data(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let initial, initial.isGRPC, initial.httpStatus == 200 else {
            // An error page of HTTP; the status comes from its headers.
            discarded += bytes.count
            return discarded <= limit
        }
        do {
            try message.append(bytes)
            return true
        } catch {
            flaw = error
            return false
        }
    }

    /// What the response means, once it has ended or went wrong.
    package func answer() -> ExportAnswer {
        if let flaw { return failure(flaw) }
        if let status = trailers?.status ?? initial?.status {
            let code = GRPCStatus.code(status)
            return code == 0 ? accepted() : failure(code)
        }
        guard let initial else { return failed(GRPCStatus.unknown, "the peer ended the stream without a response") }
        if initial.httpStatus != 200 || !initial.isGRPC {
            let status = initial.httpStatus ?? 0
            let reason =
                status == 200 ? "the response is none of gRPC" : "the peer answered with HTTP status \(status)"
            // Whoever stands before the peer may have passed the request on.
            return failed(GRPCStatus.code(http: status), reason, isAmbiguous: !(400..<500).contains(status))
        }
        if message.isEmpty { return failed(GRPCStatus.unknown, "the peer gave no status") }
        return failed(GRPCStatus.internalError, "the response ended without trailers")
    }

    private func accepted() -> ExportAnswer {
        do {
            guard let bytes = try message.finished(encoding: initial?.encoding ?? "identity") else {
                return failed(GRPCStatus.internalError, "the peer reports success without a message")
            }
            guard let response = bytes.withUnsafeBytes({ ExportResponse(protobuf: $0) }) else {
                return failed(GRPCStatus.internalError, "the response's message is malformed")
            }
            return .accepted(response)
        } catch {
            return failure(error)
        }
    }

    private func failure(_ flaw: GRPCMessage.Flaw) -> ExportAnswer {
        switch flaw {
        case .tooLarge:
            failed(
                GRPCStatus.resourceExhausted, "the response has more than \(limit) bytes",
                remedy: ExportFailure.Remedy.none)
        case .flag(let byte): failed(GRPCStatus.internalError, "the response's message begins with byte \(byte)")
        case .surplus: failed(GRPCStatus.internalError, "the response has more than one message")
        case .incomplete: failed(GRPCStatus.internalError, "the response's message is incomplete")
        case .encoding(let name):
            failed(
                GRPCStatus.internalError,
                "the response is packed, but its encoding is \"\(GRPCText.line(name))\" and not gzip")
        case .corrupt: failed(GRPCStatus.internalError, "the response's gzip member is broken")
        }
    }

    /// A failure by the peer's own words.
    private func failure(_ code: Int) -> ExportAnswer {
        let block = trailers?.status == nil ? initial : trailers
        let details = block.flatMap { Self.status($0.details) }
        var words = block.map { GRPCText.message($0.message) } ?? ""
        if words.isEmpty { words = details?.message ?? "" }
        let throttle = details?.retryDelay
        let name = GRPCStatus.name(code)
        return .failed(
            ExportFailure(
                kind: name, words.isEmpty ? "the peer answered \(name)" : "\(name): \(GRPCText.line(words))",
                remedy: GRPCStatus.remedy(code, isThrottled: throttle != nil), throttle: throttle, status: .grpc(code),
                // Given up or unexplained: the message may have been taken before.
                isAmbiguous: [GRPCStatus.cancelled, GRPCStatus.unknown, GRPCStatus.deadlineExceeded].contains(code)))
    }

    private func failed(
        _ code: Int, _ reason: String, remedy: ExportFailure.Remedy? = nil, isAmbiguous: Bool = true
    ) -> ExportAnswer {
        .failed(
            ExportFailure(
                kind: GRPCStatus.name(code), reason,
                remedy: remedy ?? GRPCStatus.remedy(code, isThrottled: false), status: .grpc(code),
                isAmbiguous: isAmbiguous))
    }

    /// The status in a `grpc-status-details-bin`; nil if that is malformed. Of several joined values the first counts.
    package static func status(_ value: [UInt8]) -> RPCStatus? {
        if value.isEmpty { return nil }
        return GRPCBase64.decode(value.prefix { $0 != UInt8(ascii: ",") })
            .flatMap { $0.withUnsafeBytes { RPCStatus(protobuf: $0) } }
    }
}
