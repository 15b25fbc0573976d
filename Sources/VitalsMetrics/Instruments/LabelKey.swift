/// A label of a family: a name, and the type of its values.
public struct LabelKey<Value: LabelValue>: Sendable {
    /// The name.
    public let name: String

    /// A label by its name.
    public init(_ name: String) {
        self.name = name
    }

    /// A label whose values are of any type that can be a label, such as an enum of strings.
    public static func label(_ name: String, of _: Value.Type = Value.self) -> LabelKey<Value> {
        LabelKey(name)
    }
}

extension LabelKey where Value == String {
    /// A label whose values are text.
    public static func string(_ name: String) -> LabelKey<String> { LabelKey(name) }
}

extension LabelKey where Value == Int {
    /// A label whose values are integers.
    public static func int(_ name: String) -> LabelKey<Int> { LabelKey(name) }
}

extension LabelKey where Value == Bool {
    /// A label whose values are true and false.
    public static func bool(_ name: String) -> LabelKey<Bool> { LabelKey(name) }
}
