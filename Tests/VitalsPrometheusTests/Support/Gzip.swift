import CDeflate

/// Unpacks with libdeflate's own reader, which checks length and checksum.
enum Gzip {
    static func unpack(_ packed: [UInt8], atMost limit: Int) -> [UInt8]? {
        guard let reader = libdeflate_alloc_decompressor() else { return nil }
        defer { libdeflate_free_decompressor(reader) }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { out, count in
            var read = 0
            var written = 0
            let result = libdeflate_gzip_decompress_ex(
                reader, packed, packed.count, out.baseAddress, limit, &read, &written)
            isWhole = result == LIBDEFLATE_SUCCESS && read == packed.count
            count = isWhole ? written : 0
        }
        return isWhole ? bytes : nil
    }
}
