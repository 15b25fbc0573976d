import VitalsBytes
import VitalsMetrics

/// The text formats 0.0.4 and 1.0.0, which differ only in the names that they allow.
struct TextEncoder: ExpositionEncoder {
    static let labelSyntax = LabelSyntax.text
    private let lines = LineWriter(LineWriter.Style(isOpenMetrics: false, hasCreated: false))

    func begin(_ target: TargetInfo, into out: inout ByteBuffer) {
        out.append(text: "# HELP \(target.sample) Target metadata\n# TYPE \(target.sample) gauge\n\(target.sample){")
        out.append(target.labels)
        out.append("} 1\n")
    }

    func beginFamily(_ family: ExposedFamily, into out: inout ByteBuffer) {
        if !family.help.isEmpty {
            out.append("# HELP ")
            out.append(text: family.metadataName)
            out.append(" ")
            LabelSyntax.append(family.help, escapingQuotes: false, to: &out)
            out.append("\n")
        }
        out.append("# TYPE ")
        out.append(text: family.metadataName)
        out.append(" ")
        out.append(family.type == .unknown ? "untyped" : family.type.word)
        out.append("\n")
    }

    func append(
        _ snapshot: FamilySnapshot, of family: ExposedFamily, labels: LabelCache, into out: inout ByteBuffer
    ) {
        lines.append(snapshot, of: family, labels: labels, into: &out)
    }

    func endFamily(into out: inout ByteBuffer) {}

    func finish(into out: inout ByteBuffer) {}
}
