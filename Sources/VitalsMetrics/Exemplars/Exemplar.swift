/// One measurement kept as an example of those in a point, with the span it was made in.
public struct Exemplar: Sendable, Hashable {
    /// What was measured.
    public let value: Double
    /// When, in unix nanoseconds.
    public let time: UInt64
    /// The attributes of the measurement that its series does not have, because a view dropped them.
    ///
    /// A view that hides an attribute from series therefore does not hide it from exemplars: switch exemplars off, or do
    /// not record the attribute, where it must not leave the process.
    public let attributes: Attributes
    /// The span, if there was one.
    public let context: ExemplarContext?

    /// An exemplar of a measurement.
    public init(value: Double, time: UInt64, attributes: Attributes, context: ExemplarContext?) {
        self.value = value
        self.time = time
        self.attributes = attributes
        self.context = context
    }
}
