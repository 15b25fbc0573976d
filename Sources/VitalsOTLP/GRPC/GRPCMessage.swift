internal import CDeflate

/// Puts the one message of a response together from bytes that come in pieces of any size.
package struct GRPCMessage {
    /// Why bytes are no message that can be used.
    package enum Flaw: Error, Equatable {
        /// It is larger than allowed, packed or unpacked.
        case tooLarge
        /// Its first byte is neither 0 nor 1.
        case flag(UInt8)
        /// More follows after the message.
        case surplus
        /// The stream ended within it.
        case incomplete
        /// It is packed in a way that was not announced or not offered.
        case encoding(String)
        /// Its gzip member is broken.
        case corrupt
    }

    private let limit: Int
    private var prefix: [UInt8] = []
    private var content: [UInt8] = []
    private var length = 0

    /// Nothing yet; a message may have `limit` bytes.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Whether not a byte came.
    package var isEmpty: Bool { prefix.isEmpty }

    /// Takes the next bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        if bytes.isEmpty { return }
        var rest = bytes[...]
        if prefix.count < 5 {
            let head = rest.prefix(5 - prefix.count)
            prefix.append(contentsOf: head)
            rest = rest.dropFirst(head.count)
            if prefix[0] > 1 { throw .flag(prefix[0]) }
            guard prefix.count == 5 else { return }
            length = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
            if length > limit { throw .tooLarge }
        }
        if rest.count > length - content.count { throw .surplus }
        content.append(contentsOf: rest)
    }

    /// The message once the stream has ended; nil if there was none.
    package func finished(encoding: String) throws(Flaw) -> [UInt8]? {
        if prefix.isEmpty { return nil }
        guard prefix.count == 5, content.count == length else { throw .incomplete }
        if prefix[0] == 0 { return content }
        guard encoding == "gzip" else { throw .encoding(encoding) }
        return try Self.unpack(content, limit: limit)
    }

    /// The content of a gzip member, unless it has more than `limit` bytes.
    package static func unpack(_ packed: [UInt8], limit: Int) throws(Flaw) -> [UInt8] {
        guard let decompressor = libdeflate_alloc_decompressor() else { throw .corrupt }
        defer { libdeflate_free_decompressor(decompressor) }
        // Memory for what is there, and not for what the peer says there is.
        var room = min(limit, max(1024, packed.count * 4))
        while true {
            var result = LIBDEFLATE_BAD_DATA
            var read = 0
            let unpacked = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                result = libdeflate_gzip_decompress_ex(
                    decompressor, packed, packed.count, buffer.baseAddress, room, &read, &count)
                if result != LIBDEFLATE_SUCCESS { count = 0 }
            }
            switch result {
            case LIBDEFLATE_SUCCESS where read == packed.count: return unpacked
            case LIBDEFLATE_INSUFFICIENT_SPACE:
                if room >= limit { throw .tooLarge }
                room = min(limit, room * 4)
            default: throw .corrupt
            }
        }
    }
}
