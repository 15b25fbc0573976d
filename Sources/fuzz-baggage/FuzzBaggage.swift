import VitalsTracing

private func extract(_ headers: [String]) -> Baggage {
    Context.extract(from: headers.map { ("baggage", $0) }, into: Context(), by: .baggage).baggage
}

private func inject(_ baggage: Baggage) -> String {
    var context = Context()
    context.baggage = baggage
    var headers: [String: String] = [:]
    context.inject(into: &headers, by: .baggage)
    return headers["baggage"] ?? ""
}

/// What is wrong with a header; nil if nothing is.
private func complaint(about header: String) -> String? {
    if header.utf8.count > 8192 { return "a header of \(header.utf8.count) bytes" }
    if header.isEmpty { return nil }
    let members = header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    if members.count > 64 { return "\(members.count) members" }
    for member in members {
        if member.isEmpty || !member.contains(UInt8(ascii: "=")) { return "a member without a value" }
        let isWritable = member.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C || $0 == 0x09 }
        if !isWritable { return "a header with a character that may not be there" }
    }
    return nil
}

/// What is wrong with how headers are read and what is read is written.
private func complaint(reading headers: [String]) -> String? {
    let baggage = extract(headers)
    if baggage.count > 64 { return "\(baggage.count) entries" }
    if baggage.contains(where: { $0.name.isEmpty || baggage[$0.name] != $0.value }) {
        return "a name without its value"
    }
    let header = inject(baggage)
    if let complaint = complaint(about: header) { return complaint }
    let again = extract([header])
    // Written, a text may be longer than it came, if it came malformed.
    let isComplete = again.count == baggage.count
    if isComplete, again != baggage { return "what was written is read differently" }
    if !isComplete, header.utf8.count < 1000, baggage.allSatisfy({ ($0.name + $0.value).utf8.count < 2000 }) {
        return "entries are missing without need"
    }
    return inject(again) == header ? nil : "what was read again is written differently"
}

/// What is wrong with how texts that nobody looked at are carried.
private func complaint(carrying parts: [String]) -> String? {
    var baggage = Baggage()
    for place in stride(from: 0, to: parts.count - 2, by: 3) {
        baggage.set(parts[place + 1], for: parts[place], metadata: parts[place + 2])
    }
    let header = inject(baggage)
    if let complaint = complaint(about: header) { return complaint }
    let again = extract([header])
    for entry in again where baggage[entry.name] != entry.value { return "a value that nobody set" }
    let most = baggage.reduce(0) { $0 + 3 * ($1.name + $1.value + $1.metadata).utf8.count + 3 }
    if most <= 8192, baggage.count <= 64, again.count != baggage.count { return "entries are missing" }
    return nil
}

/// What the fuzzer calls. The first byte chooses whether the others are headers or names, values and metadata; line breaks
/// are in between.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let rest = UnsafeBufferPointer(start: bytes + 1, count: count - 1)
    let parts = rest.split(separator: 0x0A, maxSplits: 300, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    let complaint = bytes[0] % 2 == 0 ? complaint(reading: parts) : complaint(carrying: parts)
    if let complaint { fatalError(complaint) }
    return 0
}
