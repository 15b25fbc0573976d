/// The path of a route: literal segments and parameters, as in `/orders/{id}`.
package struct RoutePattern: Sendable {
    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)

        var isLiteral: Bool {
            if case .literal = self { return true }
            return false
        }
    }

    /// As it was written.
    package let text: String
    let segments: [Segment]

    static let longest = 64

    /// A pattern; throws what is wrong with it.
    package init(_ text: String) throws(EndpointError) {
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw .invalidRoute(text, reason: "it does not start with a slash")
        }
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            throw .invalidRoute(text, reason: "a path has neither a query nor a fragment")
        }
        var segments: [Segment] = []
        var names: Set<String> = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let segment = try Self.segment(part, of: text)
            if case .parameter(let name) = segment, !names.insert(name).inserted {
                throw .invalidRoute(text, reason: "it names {\(name)} twice")
            }
            segments.append(segment)
        }
        guard segments.count <= Self.longest else {
            throw .invalidRoute(text, reason: "it has more than \(Self.longest) segments")
        }
        self.text = text
        self.segments = segments
    }

    private static func segment(_ part: Substring, of text: String) throws(EndpointError) -> Segment {
        guard part.contains(where: { $0 == "{" || $0 == "}" }) else { return .literal(String(part)) }
        guard part.first == "{", part.last == "}", part.count > 2 else {
            throw .invalidRoute(text, reason: "a parameter is a whole segment with a name in braces")
        }
        let name = part.dropFirst().dropLast()
        guard !name.contains(where: { $0 == "{" || $0 == "}" }) else {
            throw .invalidRoute(text, reason: "braces within braces")
        }
        return .parameter(String(name))
    }

    /// The parameters of a path; nil if it does not match. A parameter is never empty.
    package func match(_ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            // Bytes and not characters: two spellings of one character are two paths.
            case .literal(let text): guard text.utf8.elementsEqual(part.utf8) else { return nil }
            case .parameter(let name):
                guard !part.isEmpty else { return nil }
                parameters[name] = part
            }
        }
        return parameters
    }

    /// Whether both match the same paths.
    func isSame(as other: RoutePattern) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { mine, others in
                switch (mine, others) {
                case (.literal(let one), .literal(let two)): one.utf8.elementsEqual(two.utf8)
                case (.parameter, .parameter): true
                default: false
                }
            }
    }

    /// Whether this one is to be preferred where both match: it has the first literal where the other has none.
    func isPreferred(to other: RoutePattern) -> Bool {
        for (mine, others) in zip(segments, other.segments) where mine.isLiteral != others.isLiteral {
            return mine.isLiteral
        }
        return false
    }
}
