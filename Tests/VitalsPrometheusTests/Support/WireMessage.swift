/// Any protobuf message: its fields in their order, and what they are taken for is up to the reader.
struct WireMessage {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    struct Malformed: Error {
        let reason: String
    }

    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: ArraySlice<UInt8>) throws {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let tag = try reader.varint()
            let value: Value =
                switch tag & 7 {
                case 0: .varint(try reader.varint())
                case 1: .fixed64(try reader.fixed64())
                case 2: .bytes(try reader.delimited())
                default: throw Malformed(reason: "wire type \(tag & 7)")
                }
            fields.append((Int(tag >> 3), value))
        }
    }

    /// Throws if there are fields other than these.
    func only(_ known: Set<Int>, in name: String) throws {
        if let other = fields.first(where: { !known.contains($0.number) }) {
            throw Malformed(reason: "field \(other.number) of \(name)")
        }
    }

    private func values(_ number: Int) -> [Value] {
        fields.filter { $0.number == number }.map(\.value)
    }

    private func value(_ number: Int) throws -> Value? {
        let all = values(number)
        guard all.count < 2 else { throw Malformed(reason: "field \(number) twice") }
        return all.first
    }

    func uint(_ number: Int) throws -> UInt64? {
        guard let value = try value(number) else { return nil }
        guard case .varint(let bits) = value else { throw Malformed(reason: "field \(number) is no varint") }
        return bits
    }

    func sint(_ number: Int) throws -> Int? {
        try uint(number).map(WireReader.unzigzag)
    }

    func double(_ number: Int) throws -> Double? {
        guard let value = try value(number) else { return nil }
        guard case .fixed64(let bits) = value else { throw Malformed(reason: "field \(number) is no double") }
        return Double(bitPattern: bits)
    }

    func text(_ number: Int) throws -> String? {
        guard let value = try value(number) else { return nil }
        guard case .bytes(let bytes) = value, let text = String(validating: bytes, as: UTF8.self) else {
            throw Malformed(reason: "field \(number) is no text")
        }
        return text
    }

    func messages(_ number: Int) throws -> [WireMessage] {
        try values(number).map { value in
            guard case .bytes(let bytes) = value else { throw Malformed(reason: "field \(number) is no message") }
            return try WireMessage(bytes)
        }
    }

    func message(_ number: Int) throws -> WireMessage? {
        let all = try messages(number)
        guard all.count < 2 else { throw Malformed(reason: "field \(number) twice") }
        return all.first
    }

    /// A repeated field of signed numbers, packed or not.
    func sints(_ number: Int) throws -> [Int] {
        var all: [Int] = []
        for value in values(number) {
            switch value {
            case .varint(let bits): all.append(WireReader.unzigzag(bits))
            case .bytes(let bytes):
                var reader = WireReader(bytes)
                while !reader.isAtEnd { all.append(WireReader.unzigzag(try reader.varint())) }
            case .fixed64: throw Malformed(reason: "field \(number) is no sint")
            }
        }
        return all
    }
}

/// Reads what is on the wire.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func varint() throws -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { break }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        throw WireMessage.Malformed(reason: "a varint without an end")
    }

    mutating func fixed64() throws -> UInt64 {
        guard rest.count >= 8 else { throw WireMessage.Malformed(reason: "eight bytes are missing") }
        defer { rest = rest.dropFirst(8) }
        return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func delimited() throws -> ArraySlice<UInt8> {
        let count = try varint()
        guard count <= UInt64(rest.count) else { throw WireMessage.Malformed(reason: "\(count) bytes are missing") }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    static func unzigzag(_ number: UInt64) -> Int {
        Int(truncatingIfNeeded: number >> 1) ^ -Int(truncatingIfNeeded: number & 1)
    }
}
