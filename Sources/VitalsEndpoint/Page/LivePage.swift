import CLivePage

/// The page at `/` that shows the metrics live: one file, which asks for nothing but `metrics` beside it.
package enum LivePage {
    /// The page, in UTF-8.
    package static let html = [UInt8](UnsafeBufferPointer(start: vitals_live_page(), count: vitals_live_page_size()))

    /// The Content-Security-Policy to serve it with: its own script and style run, and nothing else.
    package static let contentSecurityPolicy = [
        "default-src 'none'",
        "script-src 'sha256-\(scriptHash)'",
        "style-src 'sha256-\(styleHash)'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")
}
