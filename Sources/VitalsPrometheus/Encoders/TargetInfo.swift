/// The metric that describes the resource.
struct TargetInfo {
    /// The name of the family in OpenMetrics.
    let family: String
    /// The name of the sample, and of the family elsewhere.
    let sample: String
    /// The attributes of the resource, written in the syntax of the format.
    let labels: [UInt8]
}
