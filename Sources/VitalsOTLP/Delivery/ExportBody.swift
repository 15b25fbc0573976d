package import VitalsBytes

/// The bytes of a message on their way out, shared by whoever waits for the delivery and the thread that delivers.
package final class ExportBody: Sendable {
    private let memory: DetachedBytes
    /// Whether the bytes are a gzip member.
    package let isPacked: Bool

    /// Takes the bytes of `buffer`.
    package init(_ buffer: consuming ByteBuffer, isPacked: Bool) {
        memory = buffer.detach()
        self.isPacked = isPacked
    }

    deinit {
        _ = ByteBuffer(memory)
    }

    /// The bytes, for as long as this object is held.
    package var bytes: UnsafeRawBufferPointer { memory.bytes }
}
