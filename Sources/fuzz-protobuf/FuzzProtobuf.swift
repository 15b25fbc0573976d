import VitalsBytes
import VitalsOTLP

/// Reads all fields, and what is in them as far as that is messages too; nil if nothing is wrong.
private func complaint(aboutFieldsOf message: UnsafeRawBufferPointer, depth: Int) -> String? {
    var reader = ProtobufReader(message)
    var read = 0
    while let field = reader.next() {
        if field.number == 0 || field.number >= 1 << 29 { return "field \(field.number)" }
        if field.bytes.isEmpty { return "a field without bytes" }
        if field.bytes.baseAddress != message.baseAddress.map({ $0 + read }) { return "a field that is elsewhere" }
        read += field.bytes.count
        if case .bytes(let inner) = field.value {
            if inner.count >= field.bytes.count { return "more in a field than there is of it" }
            if depth < 8, let complaint = complaint(aboutFieldsOf: inner, depth: depth + 1) { return complaint }
        }
    }
    if read > message.count || (!reader.isMalformed && read != message.count) {
        return "\(read) of \(message.count) read"
    }
    return reader.next() == nil ? nil : "something behind the end"
}

private func complaint(aboutSplitting body: UnsafeRawBufferPointer, _ signal: Signal, at limit: Int) -> String? {
    let count = MessageSplitter.count(body, signal)
    if let parts = MessageSplitter.split(body, signal, atMost: limit) {
        let counts = parts.map { MessageSplitter.count($0.bytes, signal) }
        if counts.reduce(0, +) != count { return "\(counts) of \(count) points" }
        for (part, count) in zip(parts, counts) where count != 1 {
            if count == 0 || part.bytes.count > limit { return "\(part.bytes.count) bytes for \(count) points" }
        }
        if parts.reduce(0, { $0 + $1.bytes.count }) > max(1 << 16, 16 * body.count) { return "a flood" }
        for part in parts {
            guard let again = MessageSplitter.split(part.bytes, signal, atMost: limit), again.count == 1 else {
                return "a part is no request"
            }
        }
    }
    if let halves = MessageSplitter.halves(body, signal) {
        let counts = halves.map { MessageSplitter.count($0.bytes, signal) }
        if counts != [(count + 1) / 2, count / 2] { return "halves of \(counts)" }
    }
    return nil
}

/// What the fuzzer calls. The first byte is the limit for the splitter.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    if let complaint = complaint(aboutFieldsOf: input, depth: 0) { fatalError(complaint) }
    if let response = ExportResponse(protobuf: input), response.rejected < 0 { fatalError("less than none rejected") }
    if let status = RPCStatus(protobuf: input) {
        if let delay = status.retryDelay, delay > 86_400_000_000_000 { fatalError("a delay of days") }
        if Int32(exactly: status.code) == nil { fatalError("the code \(status.code)") }
    }
    guard let limit = input.first else { return 0 }
    let body = UnsafeRawBufferPointer(rebasing: input.dropFirst())
    for signal in [Signal.metrics, .traces] {
        if let complaint = complaint(aboutSplitting: body, signal, at: Int(limit)) { fatalError(complaint) }
    }
    return 0
}
