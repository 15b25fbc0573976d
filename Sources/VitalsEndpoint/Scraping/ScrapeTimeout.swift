/// How long a scraper waits, as it says in `X-Prometheus-Scrape-Timeout-Seconds`.
enum ScrapeTimeout {
    /// Nil for what is no time.
    static func parse(_ text: String?) -> Duration? {
        guard let seconds = text.flatMap({ Double($0) }), seconds.isFinite, seconds > 0, seconds < 1e9 else {
            return nil
        }
        return .nanoseconds(Int64(seconds * 1e9))
    }
}
