/// What a text or OpenMetrics body says, as its lines say it.
struct ParsedExposition {
    struct Label: Hashable {
        let name: String
        let value: String
    }

    struct Exemplar {
        let labels: [Label]
        let value: Double
        let time: String?
    }

    struct Sample {
        let name: String
        let labels: [Label]
        /// The value as it is written.
        let text: String
        let value: Double
        let exemplar: Exemplar?

        /// The labels in a stable order, without one.
        func key(without left: String = "") -> String {
            labels.filter { $0.name != left }.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\u{1}")
        }

        func label(_ name: String) -> String? {
            labels.first { $0.name == name }?.value
        }
    }

    struct Family {
        let name: String
        var type = ""
        var help: String?
        var unit: String?
        var samples: [Sample] = []
        /// The kinds of descriptors in their order.
        var descriptors: [String] = []
    }

    var families: [Family] = []

    subscript(name: String) -> Family? {
        families.first { $0.name == name }
    }

    var samples: [Sample] { families.flatMap(\.samples) }

    /// The samples of a name as `label=value,… value`.
    func lines(_ name: String) -> [String] {
        samples.filter { $0.name == name }.map { sample in
            let labels = sample.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            return "\(labels) \(sample.text)"
        }
    }

    /// The value of the only sample with a name.
    func value(_ name: String) -> Double? {
        let found = samples.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }
}

/// Why a body is none.
struct InvalidExposition: Error, CustomStringConvertible {
    let line: Int
    let reason: String

    var description: String { "line \(line): \(reason)" }
}
