/// A nested message that was begun: where its bytes start and how many its length was given before them.
public struct OpenMessage: ~Copyable {
    @usableFromInline let start: Int
    @usableFromInline let lengthSize: Int

    @inlinable @inline(__always)
    init(start: Int, lengthSize: Int) {
        self.start = start
        self.lengthSize = lengthSize
    }
}

/// Nested messages, whose length stands before them and is known after them.
extension ByteBuffer {
    /// Begins a message within a message; what is appended until `endMessage` belongs to it.
    ///
    /// The expected length decides how many bytes its length is given: one below 128, two below 16,384, and so on. A
    /// message that turns out to need another number is moved by the difference when it ends.
    @inlinable @inline(__always)
    public mutating func beginMessage(field: UInt32, expecting length: Int = 0) -> OpenMessage {
        append(tag: field, .delimited)
        return beginMessage(expecting: length)
    }

    /// Begins a message that stands alone with its length before it, as in a delimited stream.
    @inlinable @inline(__always)
    public mutating func beginMessage(expecting length: Int = 0) -> OpenMessage {
        let size = Self.varintSize(UInt64(max(0, length)))
        reserve(10)
        count &+= size
        return OpenMessage(start: count, lengthSize: size)
    }

    /// Ends the message that was begun last, and writes its length.
    @inlinable @inline(__always)
    public mutating func endMessage(_ message: consuming OpenMessage) {
        let length = count &- message.start
        if message.lengthSize == 1, length >= 0, length < 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: message.start &- 1, as: UInt8.self)
        } else {
            endLong(from: message.start, lengthSize: message.lengthSize)
        }
    }

    @usableFromInline @inline(never)
    mutating func endLong(from start: Int, lengthSize: Int) {
        let length = count - start
        // A buffer that was cleared in between has no such message any more.
        guard length >= 0 else { return }
        let size = Self.varintSize(UInt64(length))
        if size != lengthSize {
            reserve(10)
            (base + start + size - lengthSize).copyMemory(from: base + start, byteCount: length)
        }
        count = start - lengthSize
        storeVarint(UInt64(length))
        count += length
    }
}
