import VitalsBytes

/// A finished exposition. Its memory is used again when nobody holds it any more.
package final class RenderedExposition: Sendable {
    /// The value of Content-Type.
    package let contentType: String
    /// Whether the bytes are packed as gzip.
    package let isPacked: Bool
    /// What it is, for metrics: `text`, `openmetrics` or `protobuf`.
    package let format: String
    private let content: DetachedBytes
    private let pool: BufferPool

    init(_ buffer: consuming ByteBuffer, _ exposition: Exposition, isPacked: Bool, pool: BufferPool) {
        content = buffer.detach()
        contentType = exposition.contentType
        format = exposition.label
        self.isPacked = isPacked
        self.pool = pool
    }

    deinit {
        pool.put(ByteBuffer(content))
    }

    /// The bytes, for as long as this object lives.
    package var bytes: UnsafeRawBufferPointer { content.bytes }
}
