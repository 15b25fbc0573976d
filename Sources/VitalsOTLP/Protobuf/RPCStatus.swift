/// What went wrong at a peer, as `google.rpc.Status` says it.
package struct RPCStatus: Sendable, Equatable {
    /// The status of gRPC; zero if it was left out, as over HTTP it may be.
    package var code = 0
    /// What went wrong.
    package var message = ""
    /// How many nanoseconds to wait before the next attempt, if the details say so.
    package var retryDelay: UInt64?

    /// A status.
    package init(code: Int = 0, message: String = "", retryDelay: UInt64? = nil) {
        self.code = code
        self.message = message
        self.retryDelay = retryDelay
    }

    /// A status from its protobuf message; nil if that is malformed.
    package init?(protobuf message: UnsafeRawBufferPointer) {
        var reader = ProtobufReader(message)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .varint(let number)): code = Int(Int32(truncatingIfNeeded: number))
            case (2, .bytes(let text)): self.message = String(decoding: text, as: UTF8.self)
            case (3, .bytes(let detail)): if let delay = Self.retryDelay(detail) { retryDelay = delay }
            default: continue
            }
        }
        if reader.isMalformed { return nil }
    }

    /// The delay in a `google.protobuf.Any`, if that holds a `google.rpc.RetryInfo`.
    private static func retryDelay(_ detail: UnsafeRawBufferPointer) -> UInt64? {
        var reader = ProtobufReader(detail)
        var isRetryInfo = false
        var value: UnsafeRawBufferPointer?
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let name)):
                isRetryInfo = String(decoding: name, as: UTF8.self).hasSuffix("/google.rpc.RetryInfo")
            case (2, .bytes(let bytes)): value = bytes
            default: continue
            }
        }
        guard isRetryInfo, !reader.isMalformed else { return nil }
        // Without a delay the peer says that repeating is fine.
        guard let value else { return 0 }
        var delay: UInt64? = 0
        var info = ProtobufReader(value)
        while let field = info.next() {
            if field.number == 1, case .bytes(let duration) = field.value { delay = nanoseconds(duration) }
        }
        return info.isMalformed ? nil : delay
    }

    /// A `google.protobuf.Duration`; what is negative counts as nothing, and more than a day as a day. Nil if it is
    /// malformed.
    private static func nanoseconds(_ duration: UnsafeRawBufferPointer) -> UInt64? {
        var seconds: Int64 = 0
        var nanos: Int64 = 0
        var reader = ProtobufReader(duration)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .varint(let number)): seconds = Int64(bitPattern: number)
            case (2, .varint(let number)): nanos = Int64(Int32(truncatingIfNeeded: number))
            default: continue
            }
        }
        if reader.isMalformed { return nil }
        let day: Int64 = 86_400
        guard seconds >= 0, nanos >= 0 else { return 0 }
        guard seconds < day else { return UInt64(day) * 1_000_000_000 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(min(nanos, 999_999_999))
    }
}
