/// How long a group was held up because a resource was scarce, in seconds.
struct Pressure: Equatable {
    /// While at least one of its threads waited.
    var some: Double?
    /// While all of its threads that had work waited.
    var full: Double?

    init() {}

    /// Takes lines such as `some avg10=0.00 avg60=0.12 avg300=0.01 total=14230`, in microseconds.
    init(_ text: SystemText) {
        var rest = text
        while var line = rest.takeLine() {
            guard let kind = line.takeWord() else { continue }
            while let word = line.takeWord() {
                guard let total = word.after("total=")?.number else { continue }
                if kind.isText("some") { some = Double(total) / 1e6 }
                if kind.isText("full") { full = Double(total) / 1e6 }
            }
        }
    }
}
