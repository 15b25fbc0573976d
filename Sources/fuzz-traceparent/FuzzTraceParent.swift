import VitalsTracing

/// What a header says, read in the most obvious way: the trace, the span and the flags that are known.
private func expected(_ header: String) -> String? {
    var bytes = Array(header.utf8)
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    let parts = bytes.split(separator: 0x2D, omittingEmptySubsequences: false).map(Array.init)
    guard parts.count >= 4, parts.prefix(4).map(\.count) == [2, 32, 16, 2] else { return nil }
    let texts = parts.prefix(4).map { String(decoding: $0, as: UTF8.self) }
    guard parts.prefix(4).joined().allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
        texts[0] != "ff", texts[0] != "00" || parts.count == 4,
        texts[1].contains(where: { $0 != "0" }), texts[2].contains(where: { $0 != "0" }),
        let flags = UInt8(texts[3], radix: 16)
    else { return nil }
    return "00-\(texts[1])-\(texts[2])-0\(flags & 3)"
}

/// What is wrong with how the header is read and written; nil if nothing is.
private func complaint(_ header: String) -> String? {
    let context = Context.extract(from: ["traceparent": header], into: Context(), by: .traceContext)
    var headers: [String: String] = [:]
    context.inject(into: &headers, by: .traceContext)
    if headers["traceparent"] != expected(header) {
        return "\(headers["traceparent"] ?? "nothing") instead of \(expected(header) ?? "nothing")"
    }
    guard context.spanContext.isValid else { return context.spanContext == .invalid ? nil : "half a span" }
    if !context.spanContext.isRemote { return "a span of this process" }
    let again = Context.extract(from: headers, into: Context(), by: .traceContext)
    return again.spanContext == context.spanContext ? nil : "what was written is read differently"
}

/// A valid header with bytes replaced: a place and what comes there, each a byte.
private func edited(_ header: String, _ edits: UnsafeBufferPointer<UInt8>) -> String {
    var bytes = Array(header.utf8)
    for place in stride(from: 0, to: edits.count - 1, by: 2) {
        bytes[Int(edits[place]) % bytes.count] = edits[place + 1]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// What the fuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: bytes, count: count)
    let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for header in [String(decoding: bytes, as: UTF8.self), edited(valid, bytes), edited(valid + "-future", bytes)] {
        if let complaint = complaint(header) { fatalError(complaint) }
    }
    return 0
}
