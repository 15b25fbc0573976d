package import VitalsBytes
package import VitalsMetrics

/// Attributes as OTLP has them.
extension ByteBuffer {
    /// Appends a `KeyValue` for each attribute, as the repeated field of this number.
    package mutating func append(field: UInt32, attributes: Attributes) {
        for (key, value) in attributes { append(field: field, key: key, value: value) }
    }

    /// Appends a `KeyValue` for each pair, in their order, as the repeated field of this number.
    package mutating func append(field: UInt32, pairs: [(String, AttributeValue)]) {
        for (key, value) in pairs { append(field: field, key: key, value: value) }
    }

    /// Appends a `KeyValue`.
    package mutating func append(field: UInt32, key: String, value: AttributeValue) {
        let pair = beginMessage(field: field)
        append(field: 1, text: key)
        append(field: 2, anyValue: value)
        endMessage(pair)
    }

    /// Appends an `AnyValue`. Its members are one of several, so they are written even when they are empty or zero.
    private mutating func append(field: UInt32, anyValue value: AttributeValue) {
        let message = beginMessage(field: field)
        switch value {
        case .string(let text): append(field: 1, text: text)
        case .bool(let isTrue): append(field: 2, varint: isTrue ? 1 : 0)
        case .int(let number): append(field: 3, varint: UInt64(bitPattern: Int64(number)))
        case .double(let number): append(field: 4, double: number)
        case .strings(let texts): appendArray(texts) { .string($0) }
        case .bools(let values): appendArray(values) { .bool($0) }
        case .ints(let numbers): appendArray(numbers) { .int($0) }
        case .doubles(let numbers): appendArray(numbers) { .double($0) }
        }
        endMessage(message)
    }

    private mutating func appendArray<Element>(_ elements: [Element], _ value: (Element) -> AttributeValue) {
        let array = beginMessage(field: 5)
        for element in elements { append(field: 1, anyValue: value(element)) }
        endMessage(array)
    }
}
