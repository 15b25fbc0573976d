// A look-up for each number of labels. Iterating over a parameter pack copies every string through its value witness,
// which costs three times as much as the whole look-up (docs/decisions.md).

/// Up to this many bytes of label values are encoded in place.
@usableFromInline let longestLabels = 240

extension Family {
    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript(_ a: Labels) -> Series
    where Labels: LabelValue {
        guard a._size <= longestLabels else {
            return find([a._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            return find(start, writer)
        }
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript<A: LabelValue, B: LabelValue>(_ a: A, _ b: B) -> Series
    where Labels == (A, B) {
        guard a._size &+ b._size <= longestLabels else {
            return find([a._attribute, b._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            b._write(&writer)
            return find(start, writer)
        }
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript<A: LabelValue, B: LabelValue, C: LabelValue>(_ a: A, _ b: B, _ c: C) -> Series
    where Labels == (A, B, C) {
        guard a._size &+ b._size &+ c._size <= longestLabels else {
            return find([a._attribute, b._attribute, c._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            b._write(&writer)
            c._write(&writer)
            return find(start, writer)
        }
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript<A: LabelValue, B: LabelValue, C: LabelValue, D: LabelValue>(_ a: A, _ b: B, _ c: C, _ d: D)
        -> Series
    where Labels == (A, B, C, D) {
        guard a._size &+ b._size &+ c._size &+ d._size <= longestLabels else {
            return find([a._attribute, b._attribute, c._attribute, d._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            b._write(&writer)
            c._write(&writer)
            d._write(&writer)
            return find(start, writer)
        }
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript<A: LabelValue, B: LabelValue, C: LabelValue, D: LabelValue, E: LabelValue>(_ a: A, _ b: B, _ c: C,
        _ d: D, _ e: E
    ) -> Series
    where Labels == (A, B, C, D, E) {
        guard a._size &+ b._size &+ c._size &+ d._size &+ e._size <= longestLabels else {
            return find([a._attribute, b._attribute, c._attribute, d._attribute, e._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            b._write(&writer)
            c._write(&writer)
            d._write(&writer)
            e._write(&writer)
            return find(start, writer)
        }
    }

    /// The series with these labels, in the order in which the family declared them.
    @inlinable @inline(__always)
    public subscript<A: LabelValue, B: LabelValue, C: LabelValue, D: LabelValue, E: LabelValue, F: LabelValue>(_ a: A,
        _ b: B, _ c: C, _ d: D, _ e: E, _ f: F
    ) -> Series
    where Labels == (A, B, C, D, E, F) {
        guard a._size &+ b._size &+ c._size &+ d._size &+ e._size &+ f._size <= longestLabels else {
            return find([a._attribute, b._attribute, c._attribute, d._attribute, e._attribute, f._attribute])
        }
        return withUnsafeTemporaryAllocation(byteCount: 768, alignment: 8) { buffer in
            let start = buffer.baseAddress.unsafelyUnwrapped
            var writer = _LabelWriter(start, buffer.count)
            a._write(&writer)
            b._write(&writer)
            c._write(&writer)
            d._write(&writer)
            e._write(&writer)
            f._write(&writer)
            return find(start, writer)
        }
    }
}
