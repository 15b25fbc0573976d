/// The numbers that instruments record: `Int` and `Double`.
public protocol MetricNumber: Sendable, Comparable, Numeric {
    /// The number as a word.
    var _bits: UInt64 { get }
    /// The number that `_bits` gave.
    init(_bits: UInt64)
    /// The sum, which wraps around for integers and never traps.
    func _adding(_ other: Self) -> Self
    /// The nearest double.
    var _double: Double { get }
    /// Neither NaN nor infinite.
    var _isFinite: Bool { get }
    /// Which of the two kinds of number this is.
    static var _kind: NumberKind { get }
    /// The nearest number of this kind, clamped to its range; zero for NaN.
    init(_clamping value: Double)
}

extension Int: MetricNumber {
    /// The number as a word.
    @inlinable public var _bits: UInt64 { UInt64(bitPattern: Int64(self)) }
    /// The number as a word.
    @inlinable public init(_bits: UInt64) { self.init(truncatingIfNeeded: Int64(bitPattern: _bits)) }
    /// The sum.
    @inlinable public func _adding(_ other: Int) -> Int { self &+ other }
    /// The nearest double.
    @inlinable public var _double: Double { Double(self) }
    /// Neither NaN nor infinite.
    @inlinable public var _isFinite: Bool { true }
    /// The kind of number.
    @inlinable public static var _kind: NumberKind { .int }
    /// The nearest number of this kind; zero for NaN.
    @inlinable public init(_clamping value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = Int(value.rounded())
        }
    }
}

extension Double: MetricNumber {
    /// The number as a word.
    @inlinable public var _bits: UInt64 { bitPattern }
    /// The number as a word.
    @inlinable public init(_bits: UInt64) { self.init(bitPattern: _bits) }
    /// The sum.
    @inlinable public func _adding(_ other: Double) -> Double { self + other }
    /// The nearest double.
    @inlinable public var _double: Double { self }
    /// Neither NaN nor infinite.
    @inlinable public var _isFinite: Bool { isFinite }
    /// The kind of number.
    @inlinable public static var _kind: NumberKind { .double }
    /// The nearest number of this kind; zero for NaN.
    @inlinable public init(_clamping value: Double) { self = value }
}
