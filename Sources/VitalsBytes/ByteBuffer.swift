import Glibc

/// Bytes that an encoder appends to, in memory that grows and is used again.
///
/// Not copyable: what is rendered exists once.
public struct ByteBuffer: ~Copyable {
    /// Where the bytes are, until the next one is appended.
    public var base: UnsafeMutableRawPointer
    /// How many bytes were appended.
    public var count = 0
    /// How many fit before the memory grows.
    public var capacity: Int

    /// An empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 4096) {
        self.capacity = max(64, capacity)
        base = Self.memory(nil, self.capacity)
    }

    deinit {
        free(base)
    }

    /// The bytes, until the next one is appended.
    @inlinable
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    public mutating func clear() { count = 0 }

    /// Forgets the bytes from `end` on.
    @inlinable
    public mutating func truncate(to end: Int) { count = min(count, max(0, end)) }

    /// Gives back memory beyond `capacity` that is not in use.
    public mutating func shrink(to wanted: Int) {
        let wanted = max(64, wanted, count)
        guard wanted < capacity else { return }
        base = Self.memory(base, wanted)
        capacity = wanted
    }

    /// Makes room for `more` bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @usableFromInline @inline(never)
    mutating func grow(_ more: Int) {
        // By half: what is in use beside the bytes themselves stays below them.
        capacity = max(count + more, capacity + capacity / 2)
        base = Self.memory(base, capacity)
    }

    /// The system moves large memory without copying it, so growing does not need it twice.
    private static func memory(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer {
        // Without memory nothing goes on in Swift either.
        realloc(old, size).unsafelyUnwrapped
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Appends bytes from elsewhere; they must not be this buffer's own.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    /// Appends at most 32 bytes; as many must be readable, whatever their number.
    @inlinable @inline(__always)
    public mutating func append(_ start: UnsafeRawPointer, count short: Int) {
        reserve(32)
        (base + count).copyMemory(from: start, byteCount: 32)
        count &+= short
    }

    /// Appends the bytes of an array.
    @inlinable
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends text that the compiler knows.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends text.
    @inlinable
    public mutating func append(text: String) {
        // Strings that are not in one piece come from other systems; they cost a copy.
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { append(UnsafeRawBufferPointer($0)) }
        if isDone == nil { for byte in text.utf8 { append(byte) } }
    }
}

/// The memory of a buffer as numbers, which may go to another thread. Whoever has it makes a buffer of it in the end.
public struct DetachedBytes: Sendable {
    let address: UInt
    /// How many bytes there are.
    package let count: Int
    /// How many fit.
    package let capacity: Int

    /// The bytes, until a buffer is made of them.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }
}

extension ByteBuffer {
    /// Gives the memory away.
    public consuming func detach() -> DetachedBytes {
        let detached = DetachedBytes(address: UInt(bitPattern: base), count: count, capacity: capacity)
        discard self
        return detached
    }

    /// Takes detached memory over.
    public init(_ detached: DetachedBytes) {
        base = UnsafeMutableRawPointer(bitPattern: detached.address).unsafelyUnwrapped
        count = detached.count
        capacity = detached.capacity
    }

    /// Appends bytes that were appended before, again.
    @inlinable @inline(__always)
    public mutating func appendAgain(from start: Int, count repeated: Int) {
        reserve(repeated)
        (base + count).copyMemory(from: base + start, byteCount: repeated)
        count &+= repeated
    }
}
