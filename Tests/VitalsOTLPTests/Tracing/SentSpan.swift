import Testing

@testable import VitalsOTLP

/// A span in a request.
struct SentSpan {
    var scope = ""
    var name = ""
    var flags: UInt32 = 0

    static func all(in request: ExportRequest) throws -> [SentSpan] { try all(in: Array(request.body.bytes)) }

    static func all(in request: [UInt8]) throws -> [SentSpan] {
        var spans: [SentSpan] = []
        for resource in try messages(1, request) {
            for scope in try messages(2, resource) {
                let name = try messages(1, scope).flatMap { try messages(1, $0) }.first ?? []
                for span in try messages(2, scope) { spans.append(try SentSpan(span, scope: name)) }
            }
        }
        return spans
    }

    private init(_ bytes: [UInt8], scope: [UInt8]) throws {
        self.scope = String(decoding: scope, as: UTF8.self)
        name = String(decoding: try Self.messages(5, bytes).first ?? [], as: UTF8.self)
        bytes.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            while let field = reader.next() {
                if field.number == 16, case .fixed32(let flags) = field.value { self.flags = flags }
            }
        }
    }

    /// The fields of this number that have a length.
    private static func messages(_ number: UInt32, _ bytes: [UInt8]) throws -> [[UInt8]] {
        try bytes.withUnsafeBytes { bytes in
            var found: [[UInt8]] = []
            var reader = ProtobufReader(bytes)
            while let field = reader.next() {
                if field.number == number, case .bytes(let message) = field.value { found.append(Array(message)) }
            }
            try #require(!reader.isMalformed)
            return found
        }
    }
}
