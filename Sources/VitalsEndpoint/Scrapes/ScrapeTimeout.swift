/// How long a scraper waits, and what of that is left for callbacks.
package enum ScrapeTimeout {
    /// What Prometheus says in `X-Prometheus-Scrape-Timeout-Seconds`; nil if that is no sensible number.
    package static func nanoseconds(_ text: String) -> UInt64? {
        let digits = "0123456789."
        guard !text.isEmpty, text.utf8.count <= 32, text.utf8.allSatisfy(digits.utf8.contains),
            let seconds = Double(text), seconds > 0, seconds <= 86_400
        else { return nil }
        return UInt64(seconds * 1e9)
    }

    /// What of a timeout is kept back for rendering and sending.
    static func margin(_ timeout: UInt64) -> UInt64 {
        min(timeout / 10, 500_000_000)
    }
}
