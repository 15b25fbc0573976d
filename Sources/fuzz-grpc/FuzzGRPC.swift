import VitalsOTLP

/// What is wrong with what becomes of `bytes`; nil if all keeps its promises.
private func complaint(_ bytes: [UInt8]) -> String? {
    let status = GRPCStatus.code(bytes)
    if !(0...16).contains(status) { return "a status beyond the known ones" }
    let text = GRPCText.message(bytes)
    if text.utf8.count > 3 * bytes.count { return "the message grew" }
    if GRPCText.line(text).unicodeScalars.contains(where: { $0.value < 0x20 }) { return "a line with a break" }
    if let time = GRPCTimeout.nanoseconds(bytes), time > 1, time < 1 << 56 {
        // Written again, it is rounded up by less than a hundredth of a millionth.
        guard let again = GRPCTimeout.text(time).flatMap({ GRPCTimeout.nanoseconds(Array($0.utf8)) }) else {
            return "a timeout cannot be written"
        }
        if again < time || again - time > time / 1_000_000 + 1 { return "a timeout changed" }
    }
    if let decoded = GRPCBase64.decode(bytes) {
        let encoded = Array(GRPCBase64.encode(decoded).utf8)
        if GRPCBase64.decode(encoded) != decoded { return "base64 changed" }
    }
    if let delay = GRPCResponse.status(bytes)?.retryDelay, delay > 86_400_999_999_999 { return "a delay of days" }
    return reassembly(bytes)
}

/// A message means the same however it is cut. The first byte says where.
private func reassembly(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let content = Array(bytes.dropFirst())
    let whole = message(content, by: content.count)
    if whole != message(content, by: Int(first % 7) + 1) { return "a message depends on how it is cut" }
    if case .success(let unpacked?) = whole, unpacked.count > 4096 { return "a message beyond the limit" }
    return nil
}

private func message(_ content: [UInt8], by size: Int) -> Result<[UInt8]?, GRPCMessage.Flaw> {
    var message = GRPCMessage(limit: 4096)
    do {
        var rest = content[...]
        while !rest.isEmpty {
            try rest.prefix(size).withUnsafeBytes { try message.append($0) }
            rest = rest.dropFirst(size)
        }
        return .success(try message.finished(encoding: "gzip"))
    } catch {
        return .failure(error as? GRPCMessage.Flaw ?? .corrupt)
    }
}

/// Blocks of headers and pieces of a body, as the bytes say.
private func response(_ bytes: [UInt8]) {
    let names = [":status", "content-type", "grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding"]
    var response = GRPCResponse(limit: 4096)
    var rest = bytes[...]
    response.beginHeaders()
    while let what = rest.popFirst() {
        let piece = rest.prefix(Int(what >> 3))
        rest = rest.dropFirst(piece.count)
        switch Int(what & 7) {
        case let index where index < names.count:
            Array(names[index].utf8).withUnsafeBufferPointer { name in
                piece.withUnsafeBufferPointer { _ = response.header(name, $0) }
            }
        case 6:
            if !response.endHeaders() { return }
            response.beginHeaders()
        default: piece.withUnsafeBytes { _ = response.data($0) }
        }
    }
    _ = response.answer()
}

/// What the fuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    if let complaint = complaint(input) { fatalError(complaint) }
    response(input)
    return 0
}
