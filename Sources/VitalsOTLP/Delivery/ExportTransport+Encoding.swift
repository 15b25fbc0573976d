package import VitalsBytes

extension ExportTransport {
    /// The body of requests that carry `message`, packed with gzip if `packing` is set.
    package func encode(_ message: consuming ByteBuffer, packing: Bool) -> ExportBody {
        guard packing, var compressor = GzipCompressor() else { return ExportBody(message, isPacked: false) }
        var packed = ByteBuffer(capacity: 64)
        guard compressor.compress(message.bytes, into: &packed) else { return ExportBody(message, isPacked: false) }
        packed.shrink(to: 0)
        return ExportBody(packed, isPacked: true)
    }

    /// The message as it is.
    package func encode(_ message: consuming ByteBuffer, for signal: Signal) -> ExportBody {
        encode(message, packing: false)
    }
}
