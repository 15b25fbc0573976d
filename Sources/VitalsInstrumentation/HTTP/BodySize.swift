import VitalsMetrics

/// Sizes of bodies as measurements.
enum BodySize {
    /// Bytes from none to 16 MiB, each bound four times the one before. The conventions advise none; those of
    /// OpenTelemetry end at 10,000, and exponential buckets cannot be added up over processes in the text formats. Bodies
    /// that are empty, as those of most GETs are, have a bucket of their own.
    static let buckets: Buckets = [
        0, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
    ]

    /// The size, if it is one: frameworks say -1 where they do not know it, and sums must not fall.
    static func known(_ size: Int?) -> Int? {
        size.flatMap { $0 >= 0 ? $0 : nil }
    }
}
