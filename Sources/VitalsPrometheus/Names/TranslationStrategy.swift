/// How names and units of OpenTelemetry become names of Prometheus.
public struct TranslationStrategy: Sendable, Hashable {
    /// Whether characters outside `[a-zA-Z0-9_:]` become underscores.
    let escapes: Bool
    /// Whether units and `_total` are appended.
    let appendsSuffixes: Bool

    /// `http.requests` in seconds becomes `http_requests_seconds_total`. The default.
    public static let underscoreEscapingWithSuffixes = TranslationStrategy(escapes: true, appendsSuffixes: true)
    /// `http.requests` becomes `http_requests`.
    public static let underscoreEscapingWithoutSuffixes = TranslationStrategy(escapes: true, appendsSuffixes: false)
    /// `http.requests` in seconds becomes `http.requests_seconds_total` for scrapers that allow it.
    public static let noUTF8EscapingWithSuffixes = TranslationStrategy(escapes: false, appendsSuffixes: true)
    /// `http.requests` stays as it is for scrapers that allow it.
    public static let noTranslation = TranslationStrategy(escapes: false, appendsSuffixes: false)
}
