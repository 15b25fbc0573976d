import Glibc
import VitalsMetrics

/// Sockets that listen on the addresses of a host.
struct Listener: Sendable {
    let descriptors: [Int32]
    let port: Int

    /// Opens a socket for each address of a host; those that this machine does not have are left out.
    static func open(host: String, port: Int) throws(EndpointError) -> Listener {
        guard (0...65535).contains(port) else { throw .invalidPort(port) }
        // With any free port, the one that the first address gets may be taken on the second.
        for _ in 0..<16 {
            if let listener = try openOnce(host: host, port: port) { return listener }
        }
        throw .portTaken(host: host, port: port)
    }

    func close() {
        for descriptor in descriptors { _ = Glibc.close(descriptor) }
    }

    private static func openOnce(host: String, port: Int) throws(EndpointError) -> Listener? {
        var found: [Int32] = []
        var chosen = port
        var problem: EndpointError?
        for address in try addresses(of: host) {
            switch listen(address, chosen) {
            case .success(let descriptor):
                found.append(descriptor)
                if chosen == 0 { chosen = boundPort(descriptor) }
            case .failure(let failure):
                switch failure.code {
                case EADDRINUSE:
                    for descriptor in found { _ = Glibc.close(descriptor) }
                    if port == 0, chosen != 0 { return nil }
                    throw .portTaken(host: host, port: port)
                case EACCES: problem = .notPermitted(host: host, port: port)
                // A machine without IPv6 may still have a name for it.
                default: problem = problem ?? .unknownHost(host, reason: String(cString: strerror(failure.code)))
                }
            }
        }
        guard !found.isEmpty else {
            throw problem ?? .unknownHost(host, reason: "it has no address")
        }
        return Listener(descriptors: found, port: chosen)
    }

    private struct Failure: Error {
        let code: Int32
    }

    private struct Address {
        let family: Int32
        let bytes: [UInt8]
    }

    private static func addresses(of host: String) throws(EndpointError) -> [Address] {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host.isEmpty ? nil : host, "0", &hints, &list)
        guard code == 0 else { throw .unknownHost(host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var found: [Address] = []
        var next = list
        while let info = next {
            if let address = info.pointee.ai_addr {
                let bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(info.pointee.ai_addrlen)))
                if !found.contains(where: { $0.bytes == bytes }) {
                    found.append(Address(family: info.pointee.ai_family, bytes: bytes))
                }
            }
            next = info.pointee.ai_next
        }
        // The name may stand for one of the two only; a program that says localhost means both.
        if host == "localhost", !found.contains(where: { $0.family == AF_INET6 }) {
            if let six = try? addresses(of: "::1") { found += six }
        }
        return found
    }

    private static func listen(_ address: Address, _ port: Int) -> Result<Int32, Failure> {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Failure(code: errno)) }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if address.family == AF_INET6 {
            // `::` alone means IPv4 too; any other address is what it is.
            let isAny = address.bytes[8..<24].allSatisfy { $0 == 0 }
            var only: Int32 = isAny ? 0 : 1
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, size)
        }
        var bytes = address.bytes
        // The port stands at the same place in both kinds of addresses.
        bytes[2] = UInt8(port >> 8)
        bytes[3] = UInt8(port & 0xFF)
        let isListening = bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, start, socklen_t(bytes.count)) == 0 && Glibc.listen(descriptor, 512) == 0
        }
        guard isListening else {
            let code = errno
            _ = Glibc.close(descriptor)
            return .failure(Failure(code: code))
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        return .success(descriptor)
    }

    private static func boundPort(_ descriptor: Int32) -> Int {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(descriptor, start, &size) == 0
            else { return 0 }
            return Int(bytes[2]) << 8 | Int(bytes[3])
        }
    }
}
