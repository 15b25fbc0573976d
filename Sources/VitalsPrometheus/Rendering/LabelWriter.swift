import VitalsBytes
import VitalsMetrics

/// Writes the labels of the series of one stream: the attributes under the names of a scheme and sorted by them, then
/// the labels that all series of the stream have.
///
/// Equal labels come out as equal bytes: that is how series that Prometheus could not tell apart are found.
final class LabelWriter {
    /// The names for the keys of a shape and for the common labels.
    private struct Plan {
        let names: [String]
        /// The positions of the keys in the order of their names; nil if that is the order in which they come.
        let order: [Int]?
    }

    private let syntax: LabelSyntax
    private let names: LabelNames
    /// What scope and resource add to each series.
    private let common: [(key: String, value: String)]
    private let reserved: String?
    /// Nil where names have to be worked out for each series, because keys meet.
    private var shapes: [UInt32: Plan?] = [:]

    /// - Parameter reserved: The label that the format itself puts on the samples.
    init(_ syntax: LabelSyntax, _ names: LabelNames, common: [(key: String, value: String)], reserved: String?) {
        self.reserved = reserved
        self.syntax = syntax
        self.names = names
        self.common = common
    }

    /// Appends the labels. False if another series of the same shape may come out the same.
    func write(_ labels: SeriesLabels, to out: inout ByteBuffer) -> Bool {
        guard let plan = plan(labels) else {
            var pairs: [LabelNames.Pair] = []
            labels.forEach { pairs.append(($0, $1.description)) }
            append(sorted(names.resolve(pairs + common, reserved: reserved)), to: &out)
            return false
        }
        var isPlain = true
        var isFirst = true
        func write(_ position: Int, _ text: String) {
            if text.isEmpty {
                isPlain = false
                return
            }
            syntax.append(plan.names[position], text, isFirst: isFirst, to: &out)
            isFirst = false
        }
        if let order = plan.order {
            var texts: [String] = []
            labels.forEach { texts.append($1.description) }
            for position in order { write(position, texts[position]) }
        } else {
            var position = 0
            labels.forEach { _, value in
                write(position, value.description)
                position += 1
            }
        }
        let start = plan.names.count - common.count
        for (offset, label) in common.enumerated() { write(start + offset, label.value) }
        return isPlain
    }

    private func append(_ labels: [LabelNames.Label], to out: inout ByteBuffer) {
        for (index, label) in labels.enumerated() {
            syntax.append(label.name, label.value, isFirst: index == 0, to: &out)
        }
    }

    /// Those that are not common to all series first, by their names, as a plan has them.
    private func sorted(_ labels: [LabelNames.Label]) -> [LabelNames.Label] {
        var own = labels
        var last: [LabelNames.Label] = []
        for label in common {
            let name = names.name(label.key, reserved: reserved)
            if let place = own.firstIndex(where: { $0.name.isSame(name) }) { last.append(own.remove(at: place)) }
        }
        return own.sorted { Self.precedes($0.name, $1.name) } + last
    }

    private func plan(_ labels: SeriesLabels) -> Plan? {
        if let known = shapes[labels.shapeID] { return known }
        let own = labels.keys.map { names.name($0, reserved: reserved) }
        let found = own + common.map { names.name($0.key, reserved: reserved) }
        let order = own.indices.sorted { Self.precedes(own[$0], own[$1]) }
        let isInOrder = order.elementsEqual(own.indices)
        let plan = Set(found).count == found.count ? Plan(names: found, order: isInOrder ? nil : order) : nil
        shapes[labels.shapeID] = .some(plan)
        return plan
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
