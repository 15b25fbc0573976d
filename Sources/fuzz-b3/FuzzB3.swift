import VitalsTracing

private let zero = "0000000000000000"

private func isHexadecimal(_ text: String, _ lengths: [Int]) -> Bool {
    lengths.contains(text.utf8.count) && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
}

private func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
}

/// The single header for a span; nil if there is none.
private func header(_ trace: String, _ span: String, _ decision: String) -> String? {
    guard isHexadecimal(trace, [16, 32]), isHexadecimal(span, [16]), span != zero else { return nil }
    let whole = trace.utf8.count == 16 ? zero + trace : trace
    return whole == zero + zero ? nil : "\(whole)-\(span)\(decision)"
}

/// How what came in one header goes on in one, read in the most obvious way.
private func expected(single text: String) -> String? {
    let parts = trimmed(text).utf8.split(separator: 0x2D, omittingEmptySubsequences: false).map { String($0) ?? "" }
    guard (2...4).contains(parts.count), parts.count < 4 || isHexadecimal(parts[3], [16]) else { return nil }
    guard parts.count == 2 || ["0", "1", "d"].contains(parts[2]) else { return nil }
    return header(parts[0], parts[1], parts.count == 2 ? "" : "-" + parts[2])
}

/// How what came in several headers goes on in one: ids, decision, flags.
private func expected(multiple lines: [String]) -> String? {
    let lines = lines.map(trimmed)
    let word = lines.count > 2 ? lines[2].lowercased() : nil
    let decision: String
    if lines.count > 3, lines[3] == "1" {
        decision = "-d"
    } else if let word {
        guard ["0", "1", "true", "false"].contains(word) else { return nil }
        decision = word == "1" || word == "true" ? "-1" : "-0"
    } else {
        decision = ""
    }
    return header(lines[0], lines[1], decision)
}

/// What is wrong with how headers are read and written; nil if nothing is.
private func whatIsWrong(_ headers: [String: String], _ expected: String?) -> String? {
    let context = Context.extract(from: headers, into: Context(), by: .b3)
    var single: [String: String] = [:]
    context.inject(into: &single, by: .b3)
    if single["b3"] != expected { return "\(single["b3"] ?? "nothing") instead of \(expected ?? "nothing")" }
    guard let expected else { return context.spanContext == .invalid ? nil : "half a span" }
    if !context.spanContext.isRemote { return "a span of this process" }
    let isSampled = expected.hasSuffix("-1") || expected.hasSuffix("-d")
    if context.spanContext.isSampled != isSampled { return "another decision" }

    var multiple: [String: String] = [:]
    context.inject(into: &multiple, by: .b3Multi)
    for written in [single, multiple] {
        let again = Context.extract(from: written, into: Context(), by: .b3Multi)
        var header: [String: String] = [:]
        again.inject(into: &header, by: .b3)
        if header != single || again.spanContext != context.spanContext {
            return "what was written is read differently"
        }
    }
    return nil
}

/// A valid header with bytes replaced: a place and what comes there, each a byte.
private func edited(_ header: String, _ edits: UnsafeBufferPointer<UInt8>) -> String {
    var bytes = Array(header.utf8)
    for place in stride(from: 0, to: edits.count - 1, by: 2) {
        bytes[Int(edits[place]) % bytes.count] = edits[place + 1]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The headers of lines.
private func complaint(multiple text: UnsafeBufferPointer<UInt8>) -> String? {
    let lines = text.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    let names = ["X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled", "X-B3-Flags"]
    let headers = Dictionary(uniqueKeysWithValues: zip(names, lines))
    return whatIsWrong(headers, lines.count < 2 ? nil : expected(multiple: lines))
}

private func complaint(single text: String) -> String? {
    whatIsWrong(["b3": text], expected(single: text))
}

/// What the fuzzer calls. The first byte chooses between the single header and the several ones, which are lines, and
/// whether the others are the text or changes to a valid one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let rest = UnsafeBufferPointer(start: bytes + 1, count: count - 1)
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    var lines = edited("\(trace)\n\(span)\ntrue\n0", rest)
    let found: String? =
        switch bytes[0] % 4 {
        case 0: complaint(single: String(decoding: rest, as: UTF8.self))
        case 1: complaint(multiple: rest)
        case 2: complaint(single: edited("\(trace)-\(span)-d-\(span)", rest))
        default: lines.withUTF8 { complaint(multiple: $0) }
        }
    if let found { fatalError(found) }
    return 0
}
