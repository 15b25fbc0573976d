import CMicrohttpd
import Glibc

/// Where a client is.
struct ClientAddress: Sendable {
    /// The address without its port, for people.
    let text: String
    /// What counts as one client: an IPv4 address, or the /64 that an IPv6 customer has to choose from.
    let group: UInt64
    private let storage: sockaddr_storage
    private let length: socklen_t

    init(_ storage: sockaddr_storage, _ length: socklen_t) {
        self.storage = storage
        self.length = length
        var copy = storage
        var bytes = withUnsafeBytes(of: &copy) { raw -> [UInt8] in
            switch Int32(raw.load(as: sa_family_t.self)) {
            case AF_INET: Array(raw[4..<8])
            case AF_INET6: Array(raw[8..<24])
            default: []
            }
        }
        if bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            bytes = Array(bytes[12...])
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        if !bytes.isEmpty { _ = inet_ntop(family, bytes, &text, socklen_t(text.count)) }
        self.text = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let start: UInt64 = bytes.count == 4 ? 0xFFFF : 0
        group = bytes.prefix(8).reduce(start) { $0 << 8 | UInt64($1) }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
