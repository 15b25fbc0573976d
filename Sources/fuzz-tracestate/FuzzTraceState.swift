import VitalsTracing

private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/// What headers say, read in the most obvious way; nil if any of it is invalid.
private func expected(_ headers: [String]) -> String? {
    var members: [(key: [UInt8], value: [UInt8])] = []
    var count = 0
    for part in headers.flatMap({ Array($0.utf8).split(separator: 0x2C) }) {
        var member = Array(part)
        while let last = member.last, last == 0x20 || last == 0x09 { member.removeLast() }
        while let first = member.first, first == 0x20 || first == 0x09 { member.removeFirst() }
        if member.isEmpty { continue }
        count += 1
        let sides = member.split(separator: 0x3D, omittingEmptySubsequences: false).map(Array.init)
        guard count <= 32, sides.count == 2, (1...256).contains(sides[0].count), (1...256).contains(sides[1].count)
        else { return nil }
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789".utf8
        guard letters.contains(sides[0][0]), sides[0].allSatisfy({ letters.contains($0) || "_-*/@".utf8.contains($0) }),
            sides[1].allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        if !members.contains(where: { $0.key == sides[0] }) { members.append((sides[0], sides[1])) }
    }
    return members.map { String(decoding: $0.key + [0x3D] + $0.value, as: UTF8.self) }.joined(separator: ",")
}

/// What is wrong with how the headers are read and written; nil if nothing is.
private func complaint(_ headers: [String]) -> String? {
    let state = TraceState(headers: headers)
    if state?.description != expected(headers) {
        return "\(state?.description ?? "nothing") instead of \(expected(headers) ?? "nothing")"
    }
    let context = Context.extract(
        from: [("traceparent", parent)] + headers.map { ("tracestate", $0) }, into: Context(), by: .traceContext)
    if context.spanContext.traceState != state ?? TraceState() { return "it is extracted differently" }
    if !context.spanContext.isSampled { return "the parent is lost" }
    guard let state else { return nil }
    if TraceState(state.description) != state { return "what was written is read differently" }
    if state.count > 32 || Array(state).count != state.count || state.isEmpty != (state.count == 0) { return "a count" }
    if state.contains(where: { state[$0.key] != $0.value }) { return "a key without its value" }

    var written: [String: String] = [:]
    context.inject(into: &written, by: .traceContext)
    let text = written["tracestate"] ?? ""
    if text.utf8.count > 512 { return "a header of \(text.utf8.count) characters" }
    if state.description.utf8.count <= 512, text != state.description { return "members are missing" }
    guard let sent = TraceState(text) else { return "an invalid header was sent" }
    // What was sent is in the same order.
    var rest = state.makeIterator()
    for member in sent {
        while let next = rest.next(), next != member {}
        if state[member.key] != member.value { return "another member was sent" }
    }
    return nil
}

/// What is wrong with what becomes of `state` when members are set and removed.
private func complaint(changing state: TraceState, _ key: String, _ value: String) -> String? {
    let changed = state.setting(key, value)
    if TraceState(changed.description) != changed || changed.count > 32 { return "setting made it invalid" }
    if changed != state, changed.first(where: { _ in true }).map({ $0 == (key, value) }) != true {
        return "what was set is not in front"
    }
    let isOne = !value.utf8.contains(0x2C) && expected(["\(key)=\(value)"]) == "\(key)=\(value)"
    if isOne, changed[key] != value { return "nothing was set" }
    let removed = changed.removing(key)
    if removed[key] != nil || removed.count < changed.count - 1 { return "the wrong member was removed" }
    return nil
}

/// What the fuzzer calls. Line breaks are between headers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let headers = UnsafeBufferPointer(start: bytes, count: count).split(
        separator: 0x0A, maxSplits: 8, omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
    let state = headers.first.flatMap { TraceState($0) } ?? TraceState()
    let sides = (headers.last ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let changing = complaint(changing: state, String(sides.first ?? ""), String(sides.last ?? ""))
    if let complaint = complaint(headers) ?? changing { fatalError(complaint) }
    return 0
}
