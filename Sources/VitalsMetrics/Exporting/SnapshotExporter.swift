/// What a periodic reader delivers to. A reader calls `export` from one thread, one call at a time.
package protocol SnapshotExporter: Sendable {
    /// What its points tell.
    var temporality: Temporality { get }
    /// What kind of exporter it is, for messages: `OTLP to http://collector:4317`.
    var title: String { get }

    /// Collects from `reader` and delivers, until `deadline` (monotonic nanoseconds) at the latest. Commits what was
    /// delivered: what a collection reported and nobody acknowledged is reported again by the next one.
    func export(_ reader: MetricReader, until deadline: UInt64) -> Bool

    /// Lets the export that is under way, and later ones, end by `deadline` and not try again; the greatest number lifts
    /// that.
    func hurry(to deadline: UInt64)

    /// Ends an export that is under way soon; later exports fail at once. Called from any thread, beside an export.
    func cancel()

    /// Lets go of everything; called once, after the last export and from its thread.
    func shutdown()
}
