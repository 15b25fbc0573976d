import VitalsBytes
import VitalsOTLP

private let day: UInt64 = 86_400_000_000_000

/// What is wrong with the wait that `text` asks for; nil if nothing is.
private func complaint(waiting text: String) -> String? {
    let now: UInt64 = 784_111_770_500_000_000
    guard let wait = RetryAfter.nanoseconds(text, now: now) else { return nil }
    if wait > day { return "a wait of more than a day" }
    if RetryAfter.nanoseconds(text + " ", now: now) != wait { return "a blank makes a difference" }
    return RetryAfter.nanoseconds(text, now: .max) == nil ? "not understood at another time" : nil
}

/// What is wrong with the answer that `bytes` hold.
private func complaint(reading bytes: UnsafeRawBufferPointer) -> String? {
    if let response = ExportResponse(json: bytes) {
        if response.rejected < 0 { return "less than nothing was rejected" }
        if response.message.utf8.count > 3 * bytes.count { return "more came out than went in" }
    }
    if let status = RPCStatus(json: bytes), let delay = status.retryDelay, delay > day { return "a delay of days" }
    return nil
}

/// What is wrong with the JSON for the request that `bytes` hold.
private func complaint(writing bytes: UnsafeRawBufferPointer, _ signal: Signal) -> String? {
    var output = ByteBuffer()
    guard OTLPJSON.append(bytes, signal, to: &output) else {
        return output.count == 0 ? nil : "something was appended for a malformed message"
    }
    // A name for each field and up to 26 characters for a number of a few bytes.
    if output.count > 64 * bytes.count + 2 { return "the text is out of proportion" }
    if String(validating: output.bytes, as: UTF8.self) == nil { return "not UTF-8" }
    var reader = JSONReader(output.bytes, mostDepth: 1000)
    reader.skip()
    return reader.isAtEnd() ? nil : "no JSON"
}

/// What the fuzzer calls. The first byte chooses what the others are read as.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let rest = UnsafeRawBufferPointer(start: bytes + 1, count: count - 1)
    let complaint: String? =
        switch bytes[0] % 4 {
        case 0: complaint(waiting: String(decoding: rest, as: UTF8.self))
        case 1: complaint(reading: rest)
        case 2: complaint(writing: rest, .metrics)
        default: complaint(writing: rest, .traces)
        }
    if let complaint { fatalError(complaint) }
    return 0
}
