/// A format that Prometheus reads.
package enum ExpositionFormat: Hashable, Sendable {
    /// The text format 0.0.4.
    case text
    /// The text format 1.0.0, which quotes names outside the classic set.
    case text1
    /// OpenMetrics 1.0.0. To those who ask for its draft, 0.0.1, it is announced as that.
    case openMetrics(isDraft: Bool)
    /// Delimited messages of Prometheus' protobuf.
    case protobuf
}
