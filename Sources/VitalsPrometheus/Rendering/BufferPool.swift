import VitalsBytes
import VitalsMetrics

/// Memory of renderings that nobody reads any more, for the next ones.
final class BufferPool: Sendable {
    /// Memory beyond this many buffers goes back to the system.
    private static let most = 2

    private let spare = Locked<[DetachedBytes]>([])

    deinit {
        spare.withLock { spare in
            for bytes in spare { _ = ByteBuffer(bytes) }
        }
    }

    /// The largest spare buffer, empty; a new one if there is none.
    func take() -> ByteBuffer {
        let known = spare.withLock { spare -> DetachedBytes? in
            let largest = spare.indices.max { spare[$0].capacity < spare[$1].capacity }
            return largest.map { spare.remove(at: $0) }
        }
        guard let known else { return ByteBuffer() }
        var buffer = ByteBuffer(known)
        buffer.clear()
        return buffer
    }

    /// Takes a buffer back.
    func put(_ buffer: consuming ByteBuffer) {
        // After a time with many series the memory for them is given back.
        if buffer.capacity > 1 << 20, buffer.count < buffer.capacity / 4 { buffer.shrink(to: buffer.capacity / 2) }
        let bytes = buffer.detach()
        let isKept = spare.withLock { spare in
            guard spare.count < Self.most else { return false }
            spare.append(bytes)
            return true
        }
        if !isKept { _ = ByteBuffer(bytes) }
    }
}
