import CDeflate

/// Packs whole bodies as gzip; its working memory is kept for the next one.
public struct GzipCompressor: ~Copyable {
    private let compressor: OpaquePointer

    /// Levels are 0, which only wraps, and 1 to 12; nil for others, or if there is no memory.
    public init?(level: Int = 1) {
        guard let level = Int32(exactly: level), let made = libdeflate_alloc_compressor(level) else { return nil }
        compressor = made
    }

    deinit {
        libdeflate_free_compressor(compressor)
    }

    /// Appends `input` to `output` as one gzip member; false if that failed, and nothing was appended.
    ///
    /// Room is made for the worst case, a little more than the input. What the result does not reach is never touched, so
    /// it is address space and not memory; `ByteBuffer.shrink(to:)` gives it back.
    public mutating func compress(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer) -> Bool {
        let bound = libdeflate_gzip_compress_bound(compressor, input.count)
        output.reserve(bound)
        let size = libdeflate_gzip_compress(
            compressor, input.baseAddress, input.count, output.base + output.count, bound)
        output.count += size
        return size > 0
    }
}
