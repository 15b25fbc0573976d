import Glibc

/// In which buckets of a histogram the median and two high quantiles lie: `p50≤0.1 p90≤1 p99>2.5`.
struct ConsoleQuantiles {
    private let count: UInt64
    private var seen: UInt64 = 0
    private var found: [Double] = []

    private static let shown: [(name: String, percent: UInt64)] = [("p50", 50), ("p90", 90), ("p99", 99)]

    init(count: UInt64) {
        self.count = count
    }

    /// Counts the values of the next bucket, none of which is above `bound`.
    mutating func add(_ values: UInt64, upTo bound: Double) {
        guard values > 0 else { return }
        seen = seen &+ values
        while found.count < Self.shown.count, seen >= rank(Self.shown[found.count].percent) { found.append(bound) }
    }

    /// The quantiles; `last` is the bound above which the rest lies.
    func text(above last: Double?) -> String {
        guard count > 0 else { return "" }
        return Self.shown.enumerated().map { index, quantile in
            if index < found.count { return " \(quantile.name)≤\(ConsoleText.number(Self.rounded(found[index])))" }
            return last.map { " \(quantile.name)>\(ConsoleText.number($0))" } ?? ""
        }.joined()
    }

    /// Which of the values in their order it is, from 1 on.
    private func rank(_ percent: UInt64) -> UInt64 {
        // Rounded up, and without a product that may leave the word.
        count / 100 &* percent &+ (count % 100 &* percent &+ 99) / 100
    }

    /// Up to four digits, and not below: bounds of exponential buckets have seventeen.
    private static func rounded(_ bound: Double) -> Double {
        guard bound.isFinite, bound != 0 else { return bound }
        let digits = 3 - log10(bound.magnitude).rounded(.down)
        let power = pow(10, digits.magnitude)
        let rounded = digits >= 0 ? (bound * power).rounded(.up) / power : (bound / power).rounded(.up) * power
        return rounded.isFinite ? rounded : bound
    }
}
