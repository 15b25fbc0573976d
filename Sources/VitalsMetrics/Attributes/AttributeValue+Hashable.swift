/// Equality is what makes one series of two values: texts are compared by their bytes, every NaN is the same value, and
/// so are both zeros.
extension AttributeValue: Hashable {
    /// Whether both values name the same series.
    public static func == (first: AttributeValue, second: AttributeValue) -> Bool {
        switch (first, second) {
        case (.string(let first), .string(let second)): isSame(first, second)
        case (.bool(let first), .bool(let second)): first == second
        case (.int(let first), .int(let second)): first == second
        case (.double(let first), .double(let second)): isSame(first, second)
        case (.strings(let first), .strings(let second)): first.elementsEqual(second, by: isSame)
        case (.bools(let first), .bools(let second)): first == second
        case (.ints(let first), .ints(let second)): first == second
        case (.doubles(let first), .doubles(let second)): first.elementsEqual(second, by: isSame)
        default: false
        }
    }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(LabelKind.of(self))
        switch self {
        case .string(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(KeyWriter.canonical(value))
        case .strings(let values): hasher.combine(values)
        case .bools(let values): hasher.combine(values)
        case .ints(let values): hasher.combine(values)
        case .doubles(let values): hasher.combine(values.map(KeyWriter.canonical))
        }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        first.utf8.elementsEqual(second.utf8)
    }

    private static func isSame(_ first: Double, _ second: Double) -> Bool {
        KeyWriter.canonical(first) == KeyWriter.canonical(second)
    }
}
