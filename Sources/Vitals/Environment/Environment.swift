import CVitals
import VitalsMetrics

/// The environment variables of the process, by the rules of OpenTelemetry: an empty one counts as absent, and one that
/// cannot be used is reported and counts as absent too.
struct Environment: Sendable {
    private let value: @Sendable (String) -> String?
    private let report: @Sendable (String) -> Void

    /// The variables of the process. What is wrong with them is said once, however often they are read.
    static let process = Environment { name in
        vitals_environment(name).map { String(cString: $0) }
    } report: { message in
        let isNew = told.withLock { told in told.count < mostTold && told.insert(message).inserted }
        if isNew { Diagnostics.log(.warning, message) }
    }

    /// No variables at all.
    static let empty = Environment([:])

    /// A program that changes its environment all the time is not told of each change for ever.
    private static let mostTold = 100
    private static let told = Locked<Set<String>>([])

    /// Variables that a test makes up, and what to do with warnings.
    init(_ variables: [String: String], report: @escaping @Sendable (String) -> Void = { _ in }) {
        self.init({ variables[$0] }, report: report)
    }

    private init(_ value: @escaping @Sendable (String) -> String?, report: @escaping @Sendable (String) -> Void) {
        self.value = value
        self.report = report
    }

    /// A text; nil if there is none or it is empty.
    func string(_ name: String) -> String? {
        guard let text = value(name), !text.isEmpty else { return nil }
        return text
    }

    /// Says what is wrong with the environment.
    func warn(_ message: String) {
        report(message)
    }

    /// Says that the value of a variable is not used, and what counts instead.
    func refuse(_ name: String, _ text: String, _ problem: String, instead: String) {
        report("\(name) is \(Self.quoted(text)), \(problem): \(instead)")
    }

    /// A value as a message shows it: of bounded length, and without what would break the line.
    static func quoted(_ text: String) -> String {
        var shown = "\""
        for scalar in text.unicodeScalars.prefix(longestShown) {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            shown.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return shown + (text.unicodeScalars.count > longestShown ? "…\"" : "\"")
    }

    /// The characters of a value that a message shows.
    static let longestShown = 200
}
