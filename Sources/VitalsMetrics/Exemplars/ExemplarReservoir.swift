/// Keeps a few of the measurements of one series. Called from any thread.
public protocol ExemplarReservoir: AnyObject, Sendable {
    /// Offers a measurement, which the reservoir may keep in place of another.
    func offer(_ exemplar: Exemplar)
    /// The measurements kept now. A new round of sampling begins; what is kept stays until it is replaced.
    func collect() -> [Exemplar]
}
