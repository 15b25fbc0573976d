internal import Glibc

/// An address of a socket, as the system has it.
struct PeerAddress: Sendable {
    let family: Int32
    /// The address in words.
    let text: String
    let raw: [UInt8]

    private init(family: Int32, text: String, bytes: [UInt8]) {
        self.family = family
        self.text = text
        raw = bytes
    }

    /// The address of a socket in the file system; nil if the path is too long.
    init?(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return nil }
        self.init(family: AF_UNIX, text: path, bytes: withUnsafeBytes(of: &address) { Array($0) })
    }

    /// The addresses of a host, in the order in which they are to be tried: those of IPv6 and of IPv4 by turns. Asks the
    /// network unless `isNumeric`, which takes as long as it takes.
    static func all(host: String, port: Int, isNumeric: Bool) throws(ConnectFailure) -> [PeerAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &hints, &list)
        guard failure == 0 else {
            throw ConnectFailure("name_resolution", "the name \(host): \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(list) }
        var found: [PeerAddress] = []
        var next = list
        while let entry = next, found.count < 32 {
            if let address = PeerAddress(entry.pointee) { found.append(address) }
            next = entry.pointee.ai_next
        }
        guard let first = found.first else {
            throw ConnectFailure("name_resolution", "the name \(host) has no address")
        }
        let others = found.filter { $0.family != first.family }
        let same = found.filter { $0.family == first.family }
        return (0..<found.count).flatMap { [same.dropFirst($0).first, others.dropFirst($0).first] }.compactMap { $0 }
    }

    private init?(_ entry: addrinfo) {
        guard let address = entry.ai_addr, entry.ai_family == AF_INET || entry.ai_family == AF_INET6 else { return nil }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let flags = NI_NUMERICHOST | NI_NUMERICSERV
        guard
            getnameinfo(
                address, entry.ai_addrlen, &host, socklen_t(host.count), &port, socklen_t(port.count), flags) == 0
        else { return nil }
        let name = Self.text(host)
        let shown = entry.ai_family == AF_INET6 ? "[\(name)]" : name
        let raw = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
        self.init(family: entry.ai_family, text: "\(shown):\(Self.text(port))", bytes: Array(raw))
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Begins to connect a socket; zero or an errno.
    func connect(_ descriptor: Int32) -> Int32 {
        raw.withUnsafeBytes { bytes in
            guard let address = bytes.bindMemory(to: sockaddr.self).baseAddress else { return EINVAL }
            return Glibc.connect(descriptor, address, socklen_t(bytes.count)) == 0 ? 0 : errno
        }
    }
}
