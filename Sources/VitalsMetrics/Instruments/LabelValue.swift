/// What can be the value of a family's label: text, integers, booleans, and any type that has a text for each value. An
/// enum with string raw values conforms by saying so.
public protocol LabelValue: Sendable {
    /// The value as text.
    var label: String { get }
    /// The value as an attribute.
    var _attribute: AttributeValue { get }
    /// The bytes that `_write` writes.
    var _size: Int { get }
    /// Writes the encoded value.
    func _write(_ writer: inout _LabelWriter)
    /// The kind of the encoded value.
    static var _labelKind: UInt8 { get }
}

extension LabelValue {
    /// The text as an attribute.
    @inlinable public var _attribute: AttributeValue { .string(label) }
    /// The bytes of the text and of its length.
    @inlinable public var _size: Int { 4 &+ label.utf8.count }
    /// Writes the text. It was computed anew, so nobody has vouched for its length.
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.appendChecked(label) }
    /// Text.
    @inlinable public static var _labelKind: UInt8 { 0 }
}

extension LabelValue where Self: RawRepresentable, RawValue == String {
    /// The raw value.
    @inlinable public var label: String { rawValue }
}

extension String: LabelValue {
    /// The text itself.
    @inlinable public var label: String { self }
    /// Writes the text.
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(self) }
}

extension Bool: LabelValue {
    /// `true` or `false`.
    public var label: String { self ? "true" : "false" }
    /// The value as an attribute.
    public var _attribute: AttributeValue { .bool(self) }
    /// One byte.
    @inlinable public var _size: Int { 1 }
    /// Writes one byte.
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(self ? 1 : 0 as UInt8) }
    /// A boolean.
    @inlinable public static var _labelKind: UInt8 { 1 }
}

extension Int: LabelValue {
    /// The number in decimal notation.
    public var label: String { String(self) }
    /// The value as an attribute.
    public var _attribute: AttributeValue { .int(self) }
    /// Eight bytes.
    @inlinable public var _size: Int { 8 }
    /// Writes eight bytes.
    @inlinable public func _write(_ writer: inout _LabelWriter) { writer.keys.append(Int64(self)) }
    /// An integer.
    @inlinable public static var _labelKind: UInt8 { 2 }
}
