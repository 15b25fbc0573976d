/// Writes encoded label values.
@frozen
public struct _LabelWriter {
    @usableFromInline var keys: KeyWriter
    @usableFromInline let end: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(_ memory: UnsafeMutableRawPointer, _ size: Int) {
        keys = KeyWriter(memory)
        end = memory + size
    }

    @inlinable
    mutating func appendChecked(_ text: String) {
        // Leaves what the labels behind it may have announced: those are not checked.
        keys.append(text.utf8.count + 24 + longestLabels <= end - keys.next ? text : "")
    }
}
