import CMicrohttpd

/// Digests that only this process can make, so that what is remembered and compared is no password.
struct Secrets: Sendable {
    private let key: [UInt8]

    init() throws(EndpointError) {
        var key = [UInt8](repeating: 0, count: 32)
        guard gnutls_rnd(GNUTLS_RND_KEY, &key, key.count) == 0 else {
            throw .cannotStart(reason: "there are no random numbers")
        }
        self.key = key
    }

    /// The digest of `parts`, where their borders count; nil only if GnuTLS fails.
    func digest(_ parts: [UInt8]...) -> [UInt8]? {
        var text: [UInt8] = []
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { text.append(contentsOf: $0) }
            text.append(contentsOf: part)
        }
        var digest = [UInt8](repeating: 0, count: 32)
        let failure = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key.count, text, text.count, &digest)
        return failure == 0 ? digest : nil
    }

    /// Whether both are the same, in a time that does not depend on where they differ.
    static func areEqual(_ one: [UInt8], _ two: [UInt8]) -> Bool {
        one.count == two.count && gnutls_memcmp(one, two, one.count) == 0
    }
}
