import VitalsBytes
import VitalsMetrics

/// Writes families in one exposition format. A scrape begins, writes its families one after the other, and finishes.
protocol ExpositionEncoder: ~Copyable {
    /// How the format writes labels; that is kept for each series.
    static var labelSyntax: LabelSyntax { get }

    /// Writes what stands before all families: the resource.
    mutating func begin(_ target: TargetInfo, into out: inout ByteBuffer)
    /// Writes what is said once about a family.
    mutating func beginFamily(_ family: ExposedFamily, into out: inout ByteBuffer)
    /// Writes the points of one stream of a family. `labels` has those of every row.
    mutating func append(
        _ snapshot: FamilySnapshot, of family: ExposedFamily, labels: LabelCache, into out: inout ByteBuffer)
    /// Ends a family.
    mutating func endFamily(into out: inout ByteBuffer)
    /// Writes what stands behind all families.
    mutating func finish(into out: inout ByteBuffer)
}
