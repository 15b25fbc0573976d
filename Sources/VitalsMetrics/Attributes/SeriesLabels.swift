import Synchronization

/// The encoded labels of a series, for as long as its record belongs to it.
package struct SeriesLabels {
    let shape: LabelShape
    let words: UnsafeMutablePointer<WordPool.Word>?
    let wordCount: Int

    package init?(_ series: SeriesReference) {
        guard let record = SlotTable.record(series.slot),
            let shape = LabelShape.withShape(record.pointee.shape.load(ordering: .relaxed), { $0 })
        else { return nil }
        self.shape = shape
        wordCount = Int(record.pointee.payloadWords.load(ordering: .relaxed))
        words = UnsafeMutablePointer(bitPattern: record.pointee.payload.load(ordering: .relaxed))
    }

    /// Equal for labels with the same keys and kinds of values.
    package var shapeID: UInt32 { shape.id }

    /// The keys, in order.
    package var keys: [String] { shape.keys }

    /// The attributes, decoded.
    package var attributes: Attributes {
        var pairs: [(String, AttributeValue)] = []
        pairs.reserveCapacity(shape.keys.count)
        forEach { pairs.append(($0, $1)) }
        return Attributes(sorted: pairs)
    }

    /// Hands on each key with its value, in the order of the keys.
    package func forEach(_ body: (String, AttributeValue) -> Void) {
        withValues { words in
            var reader = KeyReader(next: UnsafeRawPointer(words))
            for (key, kind) in zip(shape.keys, shape.kinds) { body(key, reader.value(kind)) }
        }
    }

    private func withValues<Result>(_ body: (UnsafePointer<UInt64>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount + 1) { buffer in
            for index in 0..<wordCount {
                buffer[index] = words.unsafelyUnwrapped[index].load(ordering: .relaxed)
            }
            buffer[wordCount] = 0
            return body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }
}

/// Takes encoded values apart.
struct KeyReader {
    var next: UnsafeRawPointer

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
        defer { next += MemoryLayout<Number>.size }
        return next.loadUnaligned(as: Number.self)
    }

    mutating func text() -> String {
        let count = Int(number(UInt32.self))
        defer { next += count }
        return String(decoding: UnsafeRawBufferPointer(start: next, count: count), as: UTF8.self)
    }

    mutating func array<Element>(_ element: (inout KeyReader) -> Element) -> [Element] {
        (0..<Int(number(UInt32.self))).map { _ in element(&self) }
    }

    mutating func double() -> Double { Double(bitPattern: number(UInt64.self)) }

    mutating func value(_ kind: UInt8) -> AttributeValue {
        switch kind {
        case LabelKind.bool: .bool(number(UInt8.self) != 0)
        case LabelKind.int: .int(Int(number(Int64.self)))
        case LabelKind.double: .double(double())
        case LabelKind.strings: .strings(array { $0.text() })
        case LabelKind.bools: .bools(array { $0.number(UInt8.self) != 0 })
        case LabelKind.ints: .ints(array { Int($0.number(Int64.self)) })
        case LabelKind.doubles: .doubles(array { $0.double() })
        default: .string(text())
        }
    }
}
