import CMicrohttpd
import CVitals
import Glibc
import VitalsMetrics

/// What the library calls, on the server's thread.
enum HTTPCallbacks {
    static let changed:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
            MHD_ConnectionNotificationCode
        ) -> Void = { context, pointer, slot, code in
            guard let daemon = daemon(context), let pointer, let slot else { return }
            if code == .CONNECTION_NOTIFY_STARTED {
                guard let connection = daemon.server.table.started(vitals_http_descriptor(pointer)) else { return }
                slot.pointee = Unmanaged.passRetained(connection).toOpaque()
                if daemon.requiresClientCertificate { vitals_tls_require_client(pointer) }
                daemon.server.metrics.connections.add(1)
            } else if let kept = slot.pointee {
                let connection = Unmanaged<Connection>.fromOpaque(kept).takeRetainedValue()
                slot.pointee = nil
                daemon.server.table.remove(connection)
                daemon.server.metrics.connections.add(-1)
            }
        }

    static let began:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            context, target, pointer in
            guard let daemon = daemon(context), let connection = connection(pointer) else { return nil }
            let now = vitals_monotonic_nanoseconds()
            let bytes = target.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
            connection.current.withLock { $0 = Connection.Current(target: bytes, began: now) }
            daemon.server.table.move(connection, to: .receiving, at: now)
            return nil
        }

    static let completed:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
            MHD_RequestTerminationCode
        ) -> Void = { context, pointer, _, code in
            guard let daemon = daemon(context), let connection = connection(pointer) else { return }
            let exchange = connection.current.withLock { current in
                defer { current = Connection.Current() }
                return current.exchange
            }
            if let exchange {
                daemon.server.finished(exchange, isWhole: code == .REQUEST_TERMINATED_COMPLETED_OK)
            }
            daemon.server.table.move(connection, to: .waiting, at: vitals_monotonic_nanoseconds())
        }

    static let handle:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> MHD_Result = { context, pointer, _, method, version, upload, uploadCount, _ in
            guard let daemon = daemon(context), let pointer, let connection = connection(pointer) else { return .NO }
            let http = HTTPConnection(pointer: pointer)
            guard let exchange = connection.current.withLock({ $0.exchange }) else {
                return open(daemon, connection, http, method, version)
            }
            if let uploadCount, uploadCount.pointee > 0 {
                let bytes = UnsafeRawBufferPointer(start: upload, count: uploadCount.pointee)
                uploadCount.pointee = 0
                return daemon.server.received(bytes, exchange) ? .YES : .NO
            }
            if exchange.claimDispatch() { daemon.server.dispatch(exchange, http) }
            guard let answer = exchange.answer else { return .YES }
            return send(answer, exchange, http)
        }

    /// The headers are there.
    private static func open(
        _ daemon: HTTPDaemon, _ connection: Connection, _ http: HTTPConnection, _ method: UnsafePointer<CChar>?,
        _ version: UnsafePointer<CChar>?
    ) -> MHD_Result {
        var headers: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &headers) { list in
            _ = MHD_get_connection_values_n(
                http.pointer, .HEADER_KIND,
                { list, _, name, nameSize, value, valueSize in
                    guard let list else { return .YES }
                    // With their lengths: a NUL does not end what a client sent.
                    list.assumingMemoryBound(to: [(name: String, value: String)].self).pointee.append(
                        (
                            String(decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self),
                            String(decoding: UnsafeRawBufferPointer(start: value, count: valueSize), as: UTF8.self)
                        ))
                    return .YES
                }, list)
        }
        let (target, began) = connection.current.withLock { ($0.target, $0.began) }
        let name = method.map { String(cString: $0) } ?? ""
        let (exchange, isRefused) = daemon.server.open(
            connection, method: name, target: target,
            version: version.map { strcmp($0, "HTTP/1.0") } == 0 ? "1.0" : "1.1",
            headers: headers, began: began)
        connection.current.withLock { $0.exchange = exchange }
        // Refused before its body: the library then closes the connection instead of reading what nobody wants.
        guard isRefused, let answer = exchange.answer else { return .YES }
        return send(answer, exchange, http)
    }

    private static func send(_ answer: Answer, _ exchange: Exchange, _ http: HTTPConnection) -> MHD_Result {
        guard let response = answer.response else { return .NO }
        exchange.connection.daemon.server.table.move(
            exchange.connection, to: .sending, at: vitals_monotonic_nanoseconds())
        return MHD_queue_response(http.pointer, UInt32(clamping: answer.code), response.pointer)
    }

    private static func daemon(_ context: UnsafeMutableRawPointer?) -> HTTPDaemon? {
        context.map { Unmanaged<HTTPDaemon>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func connection(_ pointer: OpaquePointer?) -> Connection? {
        guard let pointer, let kept = vitals_http_context(pointer) else { return nil }
        return Unmanaged<Connection>.fromOpaque(kept).takeUnretainedValue()
    }
}
