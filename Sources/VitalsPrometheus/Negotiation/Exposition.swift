/// What a scraper gets: a format, how names are escaped in it, and how it is announced.
package struct Exposition: Hashable, Sendable {
    /// The format.
    package let format: ExpositionFormat
    /// How names are escaped.
    package let escaping: EscapingScheme
    /// The value of the header Content-Type.
    package let contentType: String

    /// The text format 0.0.4: what everyone gets who asks for nothing better.
    package static let text = Exposition(.text, escaping: nil)

    /// A format as a scraper asked for it.
    /// - Parameter escaping: The scheme that it asked for, if it did.
    package init(_ format: ExpositionFormat, escaping: EscapingScheme?) {
        self.format = format
        switch format {
        case .text: contentType = "text/plain; version=0.0.4; charset=utf-8"
        case .text1:
            contentType = "text/plain; version=1.0.0; charset=utf-8; escaping=\((escaping ?? .underscores).token)"
        case .openMetrics(isDraft: true):
            contentType = "application/openmetrics-text; version=0.0.1; charset=utf-8"
        case .openMetrics(isDraft: false):
            contentType =
                "application/openmetrics-text; version=1.0.0; charset=utf-8; "
                + "escaping=\((escaping ?? .underscores).token)"
        case .protobuf:
            contentType =
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
                + (escaping.map { "; escaping=\($0.token)" } ?? "")
        }
        switch format {
        // These know of no other scheme.
        case .text, .openMetrics(isDraft: true): self.escaping = .underscores
        case .text1, .openMetrics(isDraft: false), .protobuf: self.escaping = escaping ?? .underscores
        }
    }

    /// The name of the format as the value of a label.
    package var label: String {
        switch format {
        case .text, .text1: "text"
        case .openMetrics: "openmetrics"
        case .protobuf: "protobuf"
        }
    }
}
