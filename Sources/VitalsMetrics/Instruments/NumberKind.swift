/// Which kind of number an instrument records.
public struct NumberKind: Sendable, Hashable {
    @usableFromInline let isDouble: Bool

    @inlinable
    init(isDouble: Bool) {
        self.isDouble = isDouble
    }

    /// 64-bit integers.
    @inlinable public static var int: NumberKind { NumberKind(isDouble: false) }
    /// IEEE 754 doubles.
    @inlinable public static var double: NumberKind { NumberKind(isDouble: true) }
}
