import CVitals
import VitalsMetrics

/// The environment variables of the process, by the rules of OpenTelemetry: an empty one counts as absent, and one that
/// cannot be used is reported and counts as absent too.
struct Environment: Sendable {
    private let value: @Sendable (String) -> String?

    /// The variables of the process.
    static let process = Environment { name in
        vitals_environment(name).map { String(cString: $0) }
    }

    /// Variables that a test makes up.
    init(_ variables: [String: String]) {
        value = { variables[$0] }
    }

    private init(_ value: @escaping @Sendable (String) -> String?) {
        self.value = value
    }

    /// A text.
    func string(_ name: String) -> String? {
        guard let text = value(name), !text.isEmpty else { return nil }
        return text
    }

    /// A whole number within a range.
    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            Diagnostics.log(
                .warning,
                "\(name) is \"\(text)\", which is no whole number from \(range.lowerBound) to \(range.upperBound): the "
                    + "default counts")
            return nil
        }
        return number
    }
}
