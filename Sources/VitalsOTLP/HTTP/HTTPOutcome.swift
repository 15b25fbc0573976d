import CCurl
import CVitals
import Glibc

/// How a transfer ended, before anybody made sense of it.
struct HTTPOutcome {
    let code: CURLcode
    /// The status; zero if none came.
    let status: Int
    let contentType: String?
    /// Where the peer points to.
    let redirect: String?
    /// What libcurl says about a failure.
    let detail: String
    let systemError: Int32
    /// Whether anything of a request went out.
    let isSent: Bool
    let url: String

    /// Where the same message is sent next: what has another method or leads to another peer is not followed.
    func next(_ target: HTTPTarget) -> String? {
        guard code == CURLE_OK, status == 307 || status == 308, let redirect, target.isSamePeer(redirect) else {
            return nil
        }
        return redirect
    }

    /// What the call is told.
    func answer(_ reply: HTTPReply) -> ExportAnswer {
        // libcurl gives up on a body that does not unpack or is refused, but by then the status is known.
        let isUnreadable =
            code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_WRITE_ERROR && reply.excess == nil
            || reply.isBodyTooLarge
        if isUnreadable, (200...299).contains(status) { return .accepted(Self.unreadable) }
        guard code == CURLE_OK || isUnreadable && status >= 300 else { return .failed(brokenOff(reply)) }
        return (200...299).contains(status) ? .accepted(accepted(reply)) : .failed(refused(reply))
    }

    /// The peer has the message: sending it again would make two of it.
    private static let unreadable = ExportResponse(message: "the message was taken, but the response could not be read")

    private func accepted(_ reply: HTTPReply) -> ExportResponse {
        if reply.body.isEmpty { return ExportResponse() }
        let response = reply.body.withUnsafeBytes { bytes in
            switch mediaType {
            case "application/x-protobuf", "application/protobuf": ExportResponse(protobuf: bytes)
            case "application/json": ExportResponse(json: bytes)
            default: nil as ExportResponse?
            }
        }
        return response ?? Self.unreadable
    }

    private func refused(_ reply: HTTPReply) -> ExportFailure {
        let rpc = reply.body.withUnsafeBytes { bytes in
            switch mediaType {
            case "application/x-protobuf", "application/protobuf": RPCStatus(protobuf: bytes)
            case "application/json": RPCStatus(json: bytes)
            // Proxies answer for themselves.
            case let type where type.hasPrefix("text/"): RPCStatus(message: String(decoding: bytes, as: UTF8.self))
            default: nil as RPCStatus?
            }
        }
        var description = "\(place) answered \(status)"
        if let message = rpc.map({ Self.printable($0.message) }), !message.isEmpty { description += ": \(message)" }
        if (300...399).contains(status), let redirect {
            description +=
                " and points to \(Self.printable(redirect)); such redirects are not followed: give that endpoint"
        }
        let (remedy, isThrottled): (ExportFailure.Remedy, Bool) =
            switch status {
            case 429, 502, 503, 504: (.later, true)
            case 413: (.smaller, false)
            case 401: (.credentials, false)
            default: (.none, false)
            }
        let wait = reply.retryAfter.flatMap { RetryAfter.nanoseconds($0, now: vitals_unix_nanoseconds()) }
        return ExportFailure(
            kind: String(status), description, remedy: remedy, throttle: isThrottled ? wait ?? rpc?.retryDelay : nil,
            status: .http(status))
    }

    private func brokenOff(_ reply: HTTPReply) -> ExportFailure {
        if let excess = reply.excess {
            return ExportFailure(
                kind: "response_too_large",
                "\(place) answered with more than the \(excess), that are allowed",
                remedy: .none, status: status > 0 ? .http(status) : nil, isAmbiguous: isSent)
        }
        let (kind, remedy): (String, ExportFailure.Remedy) =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: ("name_resolution", .later)
            case CURLE_COULDNT_CONNECT:
                (systemError == ECONNREFUSED ? "connection_refused" : "connection_failed", .later)
            case CURLE_OPERATION_TIMEDOUT: ("timeout", .later)
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CLIENTCERT, CURLE_SSL_SHUTDOWN_FAILED:
                ("tls", .later)
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM:
                ("malformed_response", .none)
            case CURLE_URL_MALFORMAT: ("endpoint", .none)
            default: ("connection_lost", .later)
            }
        let words = detail.isEmpty ? String(cString: vitals_curl_reason(code)) : detail
        return ExportFailure(
            kind: kind, "\(place): \(Self.printable(words))", remedy: remedy, isAmbiguous: isSent)
    }

    /// The URL without its query, which may hold a secret.
    private var place: String { String(url.prefix { $0 != "?" }) }

    /// The type in lower case, without parameters.
    private var mediaType: String {
        String((contentType ?? "").prefix { $0 != ";" && $0 != " " }).lowercased()
    }

    /// At most 500 bytes on one line.
    private static func printable(_ text: String) -> String {
        var short = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let scalar = isControl ? " " : scalar
            if short.utf8.count + UTF8.width(scalar) > 500 { return short + "…" }
            short.unicodeScalars.append(scalar)
        }
        return short
    }
}
