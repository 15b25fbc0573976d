internal import CNghttp2

/// The headers of a request, in the order in which gRPC wants them.
package struct GRPCHeaders {
    /// The names and values.
    package private(set) var fields: [(name: String, value: String)] = []
    /// The names of metadata that cannot be sent.
    package private(set) var refused: [String] = []
    /// How many fields come before the metadata.
    private var ownCount = 0

    /// The headers of a call that may take `remaining` nanoseconds.
    package init(_ request: ExportRequest, scheme: String, authority: String, remaining: UInt64) {
        fields = [
            (":method", "POST"), (":scheme", scheme), (":path", request.signal.method), (":authority", authority),
            ("te", "trailers"),
        ]
        // More than a year stands for no limit.
        if remaining < 1 << 55, let timeout = GRPCTimeout.text(remaining) { fields.append(("grpc-timeout", timeout)) }
        fields.append(("content-type", "application/grpc"))
        if request.body.isPacked { fields.append(("grpc-encoding", "gzip")) }
        fields.append(("grpc-accept-encoding", "identity,gzip"))
        fields.append(("user-agent", "OTel-OTLP-Exporter-Swift/\(VitalsVersion.current)"))
        ownCount = fields.count
        for (name, value) in request.headers {
            if let value = Self.value(name, value) { fields.append((name, value)) } else { refused.append(name) }
        }
    }

    /// A value as it is sent; nil if name or value are none of gRPC.
    private static func value(_ name: String, _ value: String) -> String? {
        let reserved = [
            "te", "content-type", "content-length", "user-agent", "host", "connection", "transfer-encoding",
            "keep-alive", "proxy-connection", "upgrade",
        ]
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard !name.isEmpty, isName, !name.hasPrefix("grpc-"), !reserved.contains(name) else { return nil }
        if name.hasSuffix("-bin") { return GRPCBase64.encode(value.utf8) }
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        let start = value.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }

    /// Calls `body` with the headers as nghttp2 takes them.
    func withVector<Result>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> Result) -> Result? {
        var bytes: [UInt8] = []
        for (name, value) in fields { bytes += Array(name.utf8) + Array(value.utf8) }
        return bytes.withUnsafeMutableBufferPointer { bytes in
            guard var next = bytes.baseAddress else { return nil }
            var vector: [nghttp2_nv] = []
            for (index, field) in fields.enumerated() {
                let (name, value) = (field.name.utf8.count, field.value.utf8.count)
                // What stands in metadata may be secret: no proxy shall keep it in its tables.
                let flag = index < ownCount ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX
                vector.append(
                    nghttp2_nv(
                        name: next, value: next + name, namelen: name, valuelen: value,
                        flags: UInt8(truncatingIfNeeded: flag.rawValue)))
                next += name + value
            }
            return vector.withUnsafeBufferPointer { vector in vector.baseAddress.map { body($0, vector.count) } } ?? nil
        }
    }
}
