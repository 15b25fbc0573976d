import VitalsBytes
import VitalsMetrics

/// Writes the labels of the series of one stream: the attributes under the names of a scheme, then the labels that all
/// series of the stream have.
final class LabelWriter {
    private let syntax: LabelSyntax
    private let names: LabelNames
    /// What scope and resource add to each series.
    private let common: [(key: String, value: String)]
    private let reserved: String?
    /// The names for the keys of a shape; nil where they have to be worked out for each series, because keys meet.
    private var shapes: [UInt32: [String]?] = [:]

    /// - Parameter reserved: The label that the format itself puts on the samples.
    init(_ syntax: LabelSyntax, _ names: LabelNames, common: [(key: String, value: String)], reserved: String?) {
        self.reserved = reserved
        self.syntax = syntax
        self.names = names
        self.common = common
    }

    /// Appends the labels. False if another series of the same shape may come out the same.
    func write(_ labels: SeriesLabels, to out: inout ByteBuffer) -> Bool {
        guard let known = plan(labels) else {
            var pairs: [LabelNames.Pair] = []
            labels.forEach { pairs.append(($0, $1.description)) }
            append(names.resolve(pairs + common, reserved: reserved), to: &out)
            return false
        }
        var isPlain = true
        var isFirst = true
        var position = 0
        labels.forEach { _, value in
            let text = value.description
            defer { position += 1 }
            if text.isEmpty {
                isPlain = false
                return
            }
            syntax.append(known[position], text, isFirst: isFirst, to: &out)
            isFirst = false
        }
        for (offset, label) in common.enumerated() {
            syntax.append(known[position + offset], label.value, isFirst: isFirst, to: &out)
            isFirst = false
        }
        return isPlain
    }

    private func append(_ labels: [(name: String, value: String)], to out: inout ByteBuffer) {
        for (index, label) in labels.enumerated() {
            syntax.append(label.name, label.value, isFirst: index == 0, to: &out)
        }
    }

    private func plan(_ labels: SeriesLabels) -> [String]? {
        if let known = shapes[labels.shapeID] { return known }
        let keys = labels.keys + common.map(\.key)
        let found = keys.map { names.name($0, reserved: reserved) }
        let plan = Set(found).count == found.count ? found : nil
        shapes[labels.shapeID] = .some(plan)
        return plan
    }
}
