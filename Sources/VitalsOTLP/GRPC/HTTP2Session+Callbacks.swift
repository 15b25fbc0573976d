internal import CNghttp2

private func session(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
    context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

extension HTTP2Session {
    static func install(_ callbacks: OpaquePointer) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            if let frame { session(context)?.exchanges[frame.pointee.hd.stream_id]?.response.beginHeaders() }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameSize, value, size, _, context in
            guard let frame, let exchange = session(context)?.exchanges[frame.pointee.hd.stream_id] else { return 0 }
            let isKept = exchange.response.header(
                UnsafeBufferPointer(start: name, count: nameSize), UnsafeBufferPointer(start: value, count: size))
            if isKept { return 0 }
            exchange.fail(
                GRPCStatus.name(GRPCStatus.internalError), "the peer's headers have more than 64 KiB",
                status: GRPCStatus.internalError)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, bytes, count, context in
            guard let session = session(context), let exchange = session.exchanges[stream], !exchange.isOver else {
                return 0
            }
            if !exchange.response.data(UnsafeRawBufferPointer(start: bytes, count: count)) {
                exchange.finish(exchange.response.answer())
                session.reset(stream, NGHTTP2_CANCEL)
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            if let frame { session(context)?.received(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, error, context in
            session(context)?.complaint = HTTP2Session.text(error)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, error, context in
            guard let frame, Int(frame.pointee.hd.type) == Int(NGHTTP2_HEADERS.rawValue) else { return 0 }
            session(context)?.exchanges.removeValue(forKey: frame.pointee.hd.stream_id)?.fail(
                "UNAVAILABLE", "the connection takes no more calls: \(HTTP2Session.text(error))",
                status: GRPCStatus.unavailable)
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, context in
            guard let session = session(context) else { return 0 }
            session.exchanges.removeValue(forKey: stream).map { session.closed($0, code) }
            return 0
        }
    }

    private func received(_ frame: nghttp2_frame) {
        let stream = frame.hd.stream_id
        let isEnd = frame.hd.flags & UInt8(truncatingIfNeeded: NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(frame.hd.type) {
        case NGHTTP2_SETTINGS.rawValue:
            if frame.hd.flags & UInt8(truncatingIfNeeded: NGHTTP2_FLAG_ACK.rawValue) == 0 { hasSettings = true }
        case NGHTTP2_GOAWAY.rawValue:
            let words = UnsafeBufferPointer(
                start: frame.goaway.opaque_data, count: min(256, frame.goaway.opaque_data_len))
            goodbye = (frame.goaway.error_code, GRPCText.line(String(decoding: words, as: UTF8.self)))
        case NGHTTP2_RST_STREAM.rawValue: exchanges[stream]?.resetByPeer = frame.rst_stream.error_code
        case NGHTTP2_HEADERS.rawValue:
            guard let exchange = exchanges[stream] else { return }
            if !exchange.response.endHeaders() {
                exchange.fail("INTERNAL", "the peer sent headers too often", status: GRPCStatus.internalError)
                reset(stream, NGHTTP2_PROTOCOL_ERROR)
            } else if isEnd {
                ended(stream, exchange)
            }
        case NGHTTP2_DATA.rawValue: if isEnd, let exchange = exchanges[stream] { ended(stream, exchange) }
        default: break
        }
    }

    /// The peer has said all: what of the request is still to be sent is not needed any more.
    private func ended(_ stream: Int32, _ exchange: GRPCExchange) {
        let isWhole = exchange.isSent
        exchange.finish(exchange.response.answer())
        if !isWhole { reset(stream, NGHTTP2_NO_ERROR) }
    }

    private func closed(_ exchange: GRPCExchange, _ code: UInt32) {
        let name = GRPCStatus.name(http2: code)
        let status = GRPCStatus.code(http2: code)
        let isRefused = code == NGHTTP2_REFUSED_STREAM.rawValue
        let reason =
            if exchange.resetByPeer != nil {
                "the peer reset the stream: \(name)"
            } else if let goodbye {
                "the peer goes away: \(GRPCStatus.name(http2: goodbye.code)) \(goodbye.words)"
            } else {
                "the peer broke the rules of HTTP/2: \(complaint ?? name)"
            }
        // Too many calls are no matter of their size.
        let remedy: ExportFailure.Remedy? = status == GRPCStatus.resourceExhausted ? .later : nil
        exchange.fail(GRPCStatus.name(status), reason, status: status, remedy: remedy, isUntouched: isRefused)
    }

    static let readBody: nghttp2_data_source_read_callback = { _, stream, room, length, flags, _, context in
        guard let exchange = session(context)?.exchanges[stream],
            let part = exchange.read(into: UnsafeMutableRawBufferPointer(start: room, count: length))
        else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        if part.isLast { flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        return part.count
    }
}
