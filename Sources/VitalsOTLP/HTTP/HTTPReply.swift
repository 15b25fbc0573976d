import VitalsBytes

/// What a peer answered, as far as it came.
struct HTTPReply {
    /// No header is longer: a peer that never comes to its end is cut off.
    private static let mostHeaderBytes = 256 << 10

    /// The bytes of the body, unpacked.
    private(set) var body: [UInt8] = []
    /// What there was more of than is allowed.
    private(set) var excess: String?
    /// Whether that was the body, so that the status and the header are whole.
    private(set) var isBodyTooLarge = false
    /// The field `Retry-After`.
    private(set) var retryAfter: String?
    private var headerBytes = 0
    private let mostBytes: Int

    init(mostBytes: Int) {
        self.mostBytes = mostBytes
    }

    /// Takes a part of the body; false if that is too much.
    mutating func append(_ part: UnsafeRawBufferPointer) -> Bool {
        if part.count > mostBytes - body.count {
            excess = "\(mostBytes) bytes, unpacked"
            isBodyTooLarge = true
            return false
        }
        body += part
        return true
    }

    /// Takes a line of the header; false if that is too much.
    mutating func appendHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        if headerBytes > Self.mostHeaderBytes {
            excess = "\(Self.mostHeaderBytes) bytes of header"
            return false
        }
        // Another answer begins: what came before was a preliminary one.
        if line.starts(with: "HTTP/".utf8) { retryAfter = nil }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line.count < 1024 else { return true }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        if name == "retry-after" { retryAfter = String(decoding: line[(colon + 1)...], as: UTF8.self) }
        return true
    }
}
