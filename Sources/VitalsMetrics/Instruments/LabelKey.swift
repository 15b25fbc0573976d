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

/// What can be the value of a family's label. An enum with string raw values conforms by saying so.
public protocol LabelValue: Sendable {
    /// The value as an attribute.
    var attribute: AttributeValue { get }
    /// The bytes that `_write` writes.
    var _size: Int { get }
    /// Writes the encoded value.
    func _write(_ writer: inout _LabelWriter)
    /// The kind of the encoded value.
    static var _labelKind: UInt8 { get }
}

/// Writes encoded label values.
@frozen
public struct _LabelWriter {
    @usableFromInline var keys: KeyWriter

    @inlinable @inline(__always)
    init(_ memory: UnsafeMutableRawPointer) {
        keys = KeyWriter(memory)
    }
}

extension String: LabelValue {
    /// The value as an attribute.
    public var attribute: AttributeValue { .string(self) }
    @inlinable public var _size: Int { 4 &+ utf8.count }
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(self) }
    @inlinable public static var _labelKind: UInt8 { 0 }
}

extension Bool: LabelValue {
    /// The value as an attribute.
    public var attribute: AttributeValue { .bool(self) }
    @inlinable public var _size: Int { 1 }
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(self ? 1 : 0 as UInt8) }
    @inlinable public static var _labelKind: UInt8 { 1 }
}

extension Int: LabelValue {
    /// The value as an attribute.
    public var attribute: AttributeValue { .int(self) }
    @inlinable public var _size: Int { 8 }
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(Int64(self)) }
    @inlinable public static var _labelKind: UInt8 { 2 }
}

extension LabelValue where Self: RawRepresentable, RawValue == String {
    /// The raw value as an attribute.
    public var attribute: AttributeValue { .string(rawValue) }
    @inlinable public var _size: Int { 4 &+ rawValue.utf8.count }
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(rawValue) }
    @inlinable public static var _labelKind: UInt8 { 0 }
}
