import VitalsEndpoint

/// What is wrong with the answer for `bytes`; nil if it keeps its promises.
private func complaint(_ bytes: [UInt8], _ patterns: [RoutePattern]) -> String? {
    guard let target = RequestTarget(bytes) else { return nil }
    guard target == RequestTarget(bytes) else { return "the same target was understood differently" }
    let texts = target.segments + target.query.flatMap { [$0.name, $0.value] } + target.names
    for text in texts {
        if text.utf8.contains(0) { return "a NUL came through" }
        if String(validating: Array(text.utf8), as: UTF8.self) != text { return "not UTF-8" }
    }
    if texts.reduce(0, { $0 + $1.utf8.count }) > 2 * bytes.count { return "more came out than went in" }
    // Encoded anew, it must mean the same.
    let encoded = "/" + target.segments.map(escaped).joined(separator: "/")
    let query = target.query.map { escaped($0.name) + "=" + escaped($0.value) }.joined(separator: "&")
    guard let again = RequestTarget(Array((encoded + "?" + query).utf8)) else { return "the escaped target is refused" }
    let root = target.segments.isEmpty ? [""] : target.segments
    if !again.segments.elementsEqual(root, by: { $0.utf8.elementsEqual($1.utf8) }) && again.segments != target.segments
    {
        return "the path changed"
    }
    if again.query != target.query { return "the query changed" }
    for pattern in patterns {
        let parameters = pattern.match(target.segments)
        if parameters != pattern.match(again.segments), target.segments == again.segments { return "the match changed" }
        if parameters?.values.contains("") == true { return "an empty parameter" }
    }
    return nil
}

private func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
}

private let patterns = ["/", "/orders/{id}", "/orders/new", "/{a}/{b}/{c}"].compactMap { try? RoutePattern($0) }

/// What the fuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    if let complaint = complaint(input, patterns) { fatalError(complaint) }
    let text = String(decoding: input, as: UTF8.self)
    if let pattern = try? RoutePattern(text), pattern.text != text { fatalError("the pattern changed") }
    if let timeout = ScrapeTimeout.nanoseconds(text), timeout > 86_400_000_000_000 { fatalError("a timeout of days") }
    return 0
}
