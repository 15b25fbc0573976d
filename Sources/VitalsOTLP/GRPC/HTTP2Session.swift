internal import CNghttp2

/// The frames of one connection: calls become streams, bytes of the peer become answers.
final class HTTP2Session {
    private var session: OpaquePointer?
    /// The calls whose streams are open.
    var exchanges: [Int32: GRPCExchange] = [:]
    /// Whether the peer has spoken HTTP/2.
    var hasSettings = false
    /// The error code and words with which the peer says that it takes no more calls.
    var goodbye: (code: UInt32, words: String)?
    /// What the peer did wrong last.
    var complaint: String?

    /// A session that has its preface ready; nil without memory.
    init?() {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks else { return nil }
        defer { nghttp2_session_callbacks_del(callbacks) }
        Self.install(callbacks)
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard nghttp2_session_client_new(&session, callbacks, context) == 0 else { return nil }
        let settings = [
            (NGHTTP2_SETTINGS_ENABLE_PUSH, 0),
            (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, GRPCResponse.headerLimit),
        ].map { nghttp2_settings_entry(settings_id: Int32($0.rawValue), value: UInt32($1)) }
        guard nghttp2_submit_settings(session, 0, settings, settings.count) == 0 else { return nil }
    }

    deinit {
        nghttp2_session_del(session)
    }

    /// Whether one more call can start now.
    var canStart: Bool {
        let limit = nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return exchanges.count < Int(limit) && nghttp2_session_check_request_allowed(session) != 0
    }

    /// Whether its numbers for streams run out.
    var isWornOut: Bool { nghttp2_session_get_next_stream_id(session) > 1 << 30 }

    /// Whether frames can still come.
    var isListening: Bool { nghttp2_session_want_read(session) != 0 }

    /// Starts a call. False: that is not possible.
    func start(_ exchange: GRPCExchange, _ headers: GRPCHeaders) -> Bool {
        var provider = nghttp2_data_provider()
        provider.read_callback = Self.readBody
        let stream = headers.withVector { vector, count in
            nghttp2_submit_request(session, nil, vector, count, &provider, nil)
        }
        guard let stream, stream > 0 else { return false }
        exchanges[stream] = exchange
        return true
    }

    /// Tells the peer that nobody waits any more for a stream. It is kept until that has left.
    func reset(_ stream: Int32, _ code: nghttp2_error_code) {
        _ = nghttp2_submit_rst_stream(session, 0, stream, code.rawValue)
    }

    func ping() {
        _ = nghttp2_submit_ping(session, 0, nil)
    }

    func sayGoodbye() {
        _ = nghttp2_session_terminate_session(session, NGHTTP2_NO_ERROR.rawValue)
    }

    /// Takes bytes of the peer; nil, or why they are no HTTP/2.
    func receive(_ bytes: UnsafeRawBufferPointer) -> String? {
        let result = nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        return result < 0 ? Self.text(Int32(clamping: result)) : nil
    }

    /// The next bytes for the peer, which are there until the next call; nil if there are none.
    func nextOutput() -> UnsafeRawBufferPointer? {
        var bytes: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(session, &bytes)
        return count > 0 ? UnsafeRawBufferPointer(start: bytes, count: count) : nil
    }

    static func text(_ error: Int32) -> String {
        nghttp2_strerror(error).map { String(cString: $0) } ?? "error \(error)"
    }
}
