import VitalsBytes
import VitalsMetrics

/// OpenMetrics 1.0.
struct OpenMetricsEncoder: ExpositionEncoder {
    static let labelSyntax = LabelSyntax.text
    private let lines: LineWriter

    /// - Parameter hasCreated: Whether start times are written as `_created`, which doubles the series of counters.
    init(hasCreated: Bool) {
        lines = LineWriter(LineWriter.Style(isOpenMetrics: true, hasCreated: hasCreated))
    }

    func begin(_ target: TargetInfo, into out: inout ByteBuffer) {
        out.append(text: "# TYPE \(target.family) info\n# HELP \(target.family) Target metadata\n\(target.sample){")
        out.append(target.labels)
        out.append("} 1\n")
    }

    func beginFamily(_ family: ExposedFamily, into out: inout ByteBuffer) {
        out.append("# TYPE ")
        out.append(text: family.metadataName)
        out.append(" ")
        out.append(family.type.word)
        out.append("\n")
        if !family.unit.isEmpty {
            out.append("# UNIT ")
            out.append(text: family.metadataName)
            out.append(" ")
            out.append(text: family.unit)
            out.append("\n")
        }
        if !family.help.isEmpty {
            out.append("# HELP ")
            out.append(text: family.metadataName)
            out.append(" ")
            LabelSyntax.append(family.help, escapingQuotes: true, to: &out)
            out.append("\n")
        }
    }

    func append(
        _ snapshot: FamilySnapshot, of family: ExposedFamily, labels: LabelCache, into out: inout ByteBuffer
    ) {
        lines.append(snapshot, of: family, labels: labels, into: &out)
    }

    func endFamily(into out: inout ByteBuffer) {}

    func finish(into out: inout ByteBuffer) {
        out.append("# EOF\n")
    }
}
