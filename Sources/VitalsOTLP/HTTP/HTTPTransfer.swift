import CCurl
import CVitals
import Glibc

/// A call in the hands of libcurl. Only the driving thread has it.
final class HTTPTransfer {
    let call: HTTPCall
    let handle: UnsafeMutableRawPointer
    private(set) var hasEnded = false
    private let settings: HTTPSettings
    private let multi: UnsafeMutableRawPointer
    private let lines: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private var reply: HTTPReply
    private var url: String
    private var redirects = 0

    /// Begins a transfer; if that fails the call has its answer.
    init?(_ call: HTTPCall, _ settings: HTTPSettings, _ multi: UnsafeMutableRawPointer) {
        guard let handle = vitals_curl_create() else {
            call.finish(.failed(ExportFailure(kind: "system", "libcurl got no memory", remedy: .later)))
            return nil
        }
        self.call = call
        self.handle = handle
        self.settings = settings
        self.multi = multi
        url = settings.target(call.request.signal).url
        reply = HTTPReply(mostBytes: settings.responseBytes)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        var lines: UnsafeMutablePointer<curl_slist>?
        for line in settings.headerLines(call.request) { lines = vitals_curl_append(lines, line) ?? lines }
        self.lines = lines
        configure()
        begin()
        if hasEnded { return nil }
    }

    deinit {
        vitals_curl_destroy(handle)
        vitals_curl_free(lines)
        errorText.deallocate()
    }

    private func configure() {
        setNumber(CURLOPT_NOSIGNAL, 1)
        setNumber(CURLOPT_FOLLOWLOCATION, 0)
        setNumber(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // One call a connection: a connection of HTTP/2 that hangs would hold up all of them.
        setNumber(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        vitals_curl_quit_quickly(handle)
        _ = vitals_curl_only_http(handle)
        _ = vitals_curl_keep_sockets(handle)
        setText(CURLOPT_USERAGENT, "OTel-OTLP-Exporter-Swift/\(VitalsVersion.current)")
        setText(CURLOPT_ACCEPT_ENCODING, "gzip")
        _ = vitals_curl_set_pointer(handle, CURLOPT_HTTPHEADER, lines)
        _ = vitals_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)

        setNumber(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        setNumber(CURLOPT_SSL_VERIFYPEER, 1)
        setNumber(CURLOPT_SSL_VERIFYHOST, 2)
        if settings.metrics.isSecure {
            if let path = settings.tls.authorityFile {
                setText(CURLOPT_CAINFO, path)
                // Those of the system would be trusted beside it.
                _ = vitals_curl_set_pointer(handle, CURLOPT_CAPATH, nil)
            }
            if let path = settings.tls.certificateFile {
                setText(CURLOPT_SSLCERT, path)
                setText(CURLOPT_SSLKEY, settings.tls.keyFile ?? path)
                // A key with a passphrase is refused. By default the terminal would be asked.
                setText(CURLOPT_KEYPASSWD, "")
            }
        }

        let body = call.request.body.bytes
        setNumber(CURLOPT_POST, 1)
        _ = vitals_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
        _ = vitals_curl_set_pointer(handle, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(errorText))

        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = vitals_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = vitals_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.reply.append(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        _ = vitals_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        _ = vitals_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer.reply.appendHeader(line) ? size * count : 0
        }
    }

    private func begin() {
        setText(CURLOPT_URL, url)
        let left = call.deadline.subtractingReportingOverflow(vitals_monotonic_nanoseconds())
        // At least one millisecond: zero would mean no limit at all.
        let milliseconds = left.overflow ? 1 : left.partialValue / 1_000_000 + 1
        setNumber(CURLOPT_TIMEOUT_MS, Int(Int32(clamping: milliseconds)))
        if vitals_curl_multi_add(multi, handle) != CURLM_OK { fail("system", "libcurl takes no further transfer") }
    }

    /// Answers the call, or sends the message once more if the same peer wants it elsewhere.
    func end(with code: CURLcode) {
        guard !hasEnded else { return }
        let outcome = HTTPOutcome(
            code: code, status: vitals_curl_number(handle, CURLINFO_RESPONSE_CODE),
            contentType: text(CURLINFO_CONTENT_TYPE), redirect: text(CURLINFO_REDIRECT_URL),
            detail: String(cString: errorText),
            systemError: Int32(clamping: vitals_curl_number(handle, CURLINFO_OS_ERRNO)),
            isSent: vitals_curl_number(handle, CURLINFO_REQUEST_SIZE) > 0, url: url)
        _ = vitals_curl_multi_remove(multi, handle)
        if let next = outcome.next(settings.target(call.request.signal)), redirects < HTTPTransport.mostRedirects {
            redirects += 1
            url = next
            reply = HTTPReply(mostBytes: settings.responseBytes)
            begin()
            return
        }
        hasEnded = true
        call.finish(outcome.answer(reply))
    }

    /// Ends the transfer because the transport ends.
    func abandon() {
        guard !hasEnded else { return }
        hasEnded = true
        let isSent = vitals_curl_number(handle, CURLINFO_REQUEST_SIZE) > 0
        _ = vitals_curl_multi_remove(multi, handle)
        call.finish(.failed(HTTPDriver.ended(isAmbiguous: isSent)))
    }

    /// Ends the transfer for a reason that lies on this side.
    func fail(_ kind: String, _ reason: String) {
        guard !hasEnded else { return }
        hasEnded = true
        let isSent = vitals_curl_number(handle, CURLINFO_REQUEST_SIZE) > 0
        _ = vitals_curl_multi_remove(multi, handle)
        call.finish(.failed(ExportFailure(kind: kind, reason, remedy: .later, isAmbiguous: isSent)))
    }

    private func text(_ which: CURLINFO) -> String? {
        vitals_curl_text(handle, which).map { String(cString: $0) }
    }

    private func setNumber(_ option: CURLoption, _ value: Int) {
        _ = vitals_curl_set_number(handle, option, value)
    }

    private func setText(_ option: CURLoption, _ value: String) {
        _ = vitals_curl_set_text(handle, option, value)
    }
}
