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
        keys.append(text.utf8.count <= end - keys.next - 12 ? text : "")
    }
}
