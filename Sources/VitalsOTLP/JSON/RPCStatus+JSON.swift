extension RPCStatus {
    /// A status from its JSON form; nil if that is malformed.
    package init?(json message: UnsafeRawBufferPointer) {
        var status = RPCStatus()
        var reader = JSONReader(message)
        reader.object { name, reader in
            switch name {
            case "code": status.code = reader.integer().flatMap { Int32(exactly: $0) }.map(Int.init) ?? 0
            case "message": status.message = reader.text() ?? ""
            case "details": reader.array { if let delay = Self.retryDelay(&$0) { status.retryDelay = delay } }
            default: reader.skip()
            }
        }
        guard reader.isAtEnd() else { return nil }
        self = status
    }

    /// The delay in a detail, if that is a `google.rpc.RetryInfo`.
    private static func retryDelay(_ reader: inout JSONReader) -> UInt64? {
        var isRetryInfo = false
        var delay: UInt64 = 0
        reader.object { name, reader in
            switch name {
            case "@type": isRetryInfo = reader.text()?.hasSuffix("/google.rpc.RetryInfo") == true
            case "retryDelay": delay = reader.text().flatMap(nanoseconds) ?? 0
            default: reader.skip()
            }
        }
        return isRetryInfo ? delay : nil
    }

    /// A duration as JSON has it, `1.5s`; what is negative counts as nothing, and more than a day as a day.
    private static func nanoseconds(_ text: String) -> UInt64? {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), !seconds.isNaN else { return nil }
        return UInt64(min(max(seconds, 0), 86_400) * 1_000_000_000)
    }
}
