import CMicrohttpd
import Glibc

/// The listening sockets of a host and port.
struct Listeners: Sendable {
    let descriptors: [Int32]
    let port: Int

    private struct Address {
        var storage: sockaddr_storage
        let length: socklen_t
    }

    private struct Refusal: Error {
        let code: Int32
    }

    /// Listens on every address of `host`. Port 0 picks one that is free on all of them.
    init(host: String, port: Int) throws(EndpointError) {
        guard let number = UInt16(exactly: port) else { throw .invalidPort(port) }
        let names = host == "localhost" ? ["127.0.0.1", "::1"] : [host]
        var addresses: [Address] = []
        for name in names { addresses += try Self.addresses(name) }
        // Another address may have the port that the first one picked.
        for attempt in 0... {
            do {
                self = try Self.listening(addresses, number, isLenient: names.count > 1)
                return
            } catch {
                if error.code == EADDRINUSE, port == 0, attempt < 20 { continue }
                throw Self.error(error.code, host: host, port: port)
            }
        }
        throw .portTaken(host: host, port: port)
    }

    private init(_ descriptors: [Int32], port: Int) {
        self.descriptors = descriptors
        self.port = port
    }

    func close() {
        for descriptor in descriptors { _ = Glibc.close(descriptor) }
    }

    private static func listening(
        _ addresses: [Address], _ port: UInt16, isLenient: Bool
    ) throws(Refusal) -> Listeners {
        var open: [Int32] = []
        var port = port
        var missing: Int32 = EADDRNOTAVAIL
        for address in addresses {
            do {
                let (descriptor, bound) = try listen(address, port)
                open.append(descriptor)
                port = bound
            } catch {
                // Machines without IPv6 have a localhost too.
                if isLenient, error.code == EADDRNOTAVAIL || error.code == EAFNOSUPPORT {
                    missing = error.code
                    continue
                }
                for descriptor in open { _ = Glibc.close(descriptor) }
                throw error
            }
        }
        guard !open.isEmpty else { throw Refusal(code: missing) }
        return Listeners(open, port: Int(port))
    }

    private static func listen(_ address: Address, _ port: UInt16) throws(Refusal) -> (Int32, UInt16) {
        var storage = address.storage
        let family = Int32(storage.ss_family)
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw Refusal(code: errno) }
        var isWhole = false
        defer { if !isWhole { _ = Glibc.close(descriptor) } }
        var yes: Int32 = 1
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if family == AF_INET6 {
            var onlySix: Int32 = isAny(storage) ? 0 : 1
            _ = setsockopt(
                descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &onlySix, socklen_t(MemoryLayout<Int32>.size))
        }
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self) }
        let length = address.length
        let bound = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0, Glibc.listen(descriptor, 4096) == 0 else { throw Refusal(code: errno) }
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        isWhole = true
        let chosen = withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }
        return (descriptor, UInt16(bigEndian: chosen))
    }

    private static func isAny(_ storage: sockaddr_storage) -> Bool {
        withUnsafeBytes(of: storage) { $0[8..<24].allSatisfy { $0 == 0 } }
    }

    private static func addresses(_ name: String) throws(EndpointError) -> [Address] {
        guard !name.isEmpty else { throw .unknownHost(name, reason: "it is empty") }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(name, nil, &hints, &list)
        guard failure == 0 else {
            throw .unknownHost(name, reason: gai_strerror(failure).map { String(cString: $0) } ?? "error \(failure)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var seen: Set<[UInt8]> = []
        var next = list
        while let info = next?.pointee, addresses.count < 8 {
            next = info.ai_next
            guard info.ai_family == AF_INET || info.ai_family == AF_INET6, let source = info.ai_addr else { continue }
            var storage = sockaddr_storage()
            withUnsafeMutableBytes(of: &storage) { target in
                let bytes = UnsafeRawBufferPointer(start: source, count: min(Int(info.ai_addrlen), target.count))
                target.copyMemory(from: bytes)
            }
            let bytes = withUnsafeBytes(of: storage) { Array($0) }
            if seen.insert(bytes).inserted { addresses.append(Address(storage: storage, length: info.ai_addrlen)) }
        }
        guard !addresses.isEmpty else { throw .unknownHost(name, reason: "it has no IPv4 or IPv6 address") }
        return addresses
    }

    private static func error(_ code: Int32, host: String, port: Int) -> EndpointError {
        switch code {
        case EADDRINUSE: .portTaken(host: host, port: port)
        case EACCES, EPERM: .portNotAllowed(host: host, port: port)
        case EADDRNOTAVAIL: .addressNotLocal(host)
        default: .cannotListen(host: host, port: port, reason: SystemError.text(code))
        }
    }
}
