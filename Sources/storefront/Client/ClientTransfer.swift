import CCurl
import VitalsMetrics

/// A call in the hands of libcurl. Only the driving thread has it.
final class ClientTransfer {
    let call: ClientCall
    let handle: UnsafeMutableRawPointer
    private let lines: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// A transfer that is ready to go; nil if there is no memory for it.
    init?(_ call: ClientCall) {
        guard let handle = vitals_curl_create() else { return nil }
        self.call = call
        self.handle = handle
        // Without a value libcurl leaves out its own: nobody shall wait for a permission to send.
        var lines = vitals_curl_append(nil, "Expect:")
        for (name, value) in call.request.headers {
            lines = vitals_curl_append(lines, "\(name): \(value)") ?? lines
        }
        self.lines = lines
        configure(call.request)
        receive()
    }

    deinit {
        vitals_curl_destroy(handle)
        vitals_curl_free(lines)
    }

    private func configure(_ request: HTTPRequest) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_TIMEOUT_MS, Int(Int32(clamping: max(1, request.timeout.nanoseconds / 1_000_000))))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Services that stand side by side: whatever proxy the environment names is not meant for them.
        set(CURLOPT_PROXY, "")
        _ = vitals_curl_only_http(handle)
        _ = vitals_curl_keep_sockets(handle)
        vitals_curl_quit_quickly(handle)
        _ = vitals_curl_set_pointer(handle, CURLOPT_HTTPHEADER, lines)
        guard request.method != "GET" else { return }
        set(CURLOPT_POST, 1)
        set(CURLOPT_CUSTOMREQUEST, request.method)
        _ = vitals_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(request.body.count))
        _ = request.body.withUnsafeBytes { vitals_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
    }

    private func receive() {
        _ = vitals_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        _ = vitals_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<ClientTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
    }

    /// Takes a part of the body; false if that is too much.
    private func append(_ part: UnsafeRawBufferPointer) -> Bool {
        isTooLarge = part.count > HTTPClient.mostBytes - body.count
        if !isTooLarge { body += part }
        return !isTooLarge
    }

    /// Gives the call its answer.
    func end(with code: CURLcode) {
        switch code {
        case CURLE_OK:
            call.finish(
                .success(HTTPResponse(status: vitals_curl_number(handle, CURLINFO_RESPONSE_CODE), body: body)))
        case CURLE_OPERATION_TIMEDOUT: call.finish(.failure(RequestTimedOut()))
        case _ where isTooLarge: call.finish(.failure(ResponseTooLarge(limit: HTTPClient.mostBytes)))
        default:
            let reason = String(cString: vitals_curl_reason(code))
            call.finish(.failure(ConnectionFailed(description: reason)))
        }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = vitals_curl_set_number(handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = vitals_curl_set_text(handle, option, value)
    }
}
