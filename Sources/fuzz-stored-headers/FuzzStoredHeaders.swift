import VitalsInstrumentation

private let mostHeaders = 256
private let mostBytes = 65_536

private func isSame(_ first: [(String, String)], _ second: [(String, String)]) -> Bool {
    first.count == second.count
        && zip(first, second).allSatisfy {
            $0.0.utf8.elementsEqual($1.0.utf8) && $0.1.utf8.elementsEqual($1.1.utf8)
        }
}

/// What is wrong with a text that was written; nil if nothing is.
private func complain(about text: String) -> String? {
    if text.utf8.count > mostBytes { return "a text of \(text.utf8.count) bytes" }
    if text.isEmpty { return nil }
    let pairs = text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    if pairs.count > mostHeaders { return "\(pairs.count) headers" }
    for pair in pairs {
        let parts = pair.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
        if parts.count != 2 || parts[0].isEmpty { return "a pair that is none" }
        if !pair.allSatisfy({ (0x21...0x7E).contains($0) }) { return "a byte that may not be there" }
    }
    return nil
}

/// What is wrong with how a text is read, and what is read is written.
private func complain(reading text: String) -> String? {
    let envelope = Envelope(id: "1", destination: "fuzz", storedHeaders: text)
    if envelope.headers.count > mostHeaders { return "\(envelope.headers.count) headers were read" }
    if envelope.headers.contains(where: { $0.0.isEmpty }) { return "a header without a name" }
    _ = envelope.context
    return complain(carrying: envelope.headers)
}

/// What is wrong with how headers that nobody looked at are carried.
private func complain(carrying headers: [(String, String)]) -> String? {
    let text = Envelope(id: "1", destination: "fuzz", headers: headers).storedHeaders
    if let complaint = complain(about: text) { return complaint }
    let again = Envelope(id: "1", destination: "fuzz", storedHeaders: text)
    if again.storedHeaders != text { return "what was read again is written differently" }
    let named = headers.filter { !$0.0.isEmpty }
    // Encoded, a byte becomes three.
    let most = named.reduce(0) { $0 + 3 * ($1.0.utf8.count + $1.1.utf8.count) + 2 }
    if most <= mostBytes, named.count <= mostHeaders, !isSame(named, again.headers) {
        return "what was written is read differently"
    }
    return nil
}

/// What the fuzzer calls. The first byte chooses whether the others are a stored text or names and values; line breaks are
/// in between those.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let rest = UnsafeBufferPointer(start: bytes + 1, count: count - 1)
    let complaint: String?
    if bytes[0] % 2 == 0 {
        complaint = complain(reading: String(decoding: rest, as: UTF8.self))
    } else {
        let parts = rest.split(separator: 0x0A, maxSplits: 600, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        var headers: [(String, String)] = []
        for place in stride(from: 0, to: parts.count - 1, by: 2) { headers.append((parts[place], parts[place + 1])) }
        complaint = complain(carrying: headers)
    }
    if let complaint { fatalError(complaint) }
    return 0
}
