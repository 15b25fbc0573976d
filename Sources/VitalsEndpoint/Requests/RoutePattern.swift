/// The path of a route: literal segments, and names in braces that stand for one segment each.
package struct RoutePattern: Hashable, Sendable {
    private enum Segment: Hashable {
        case literal(String)
        case parameter(String)
    }

    /// The pattern as it was written.
    package let text: String
    private let segments: [Segment]

    /// Throws if the pattern cannot match any path.
    package init(_ text: String) throws(EndpointError) {
        func refuse(_ reason: String) -> EndpointError { .invalidRoute(text, reason: reason) }
        guard text.utf8.first == UInt8(ascii: "/") else { throw refuse("a path begins with /") }
        guard !text.contains("?"), !text.contains("#") else { throw refuse("a path has no query and no fragment") }
        var names: Set<String> = []
        var segments: [Segment] = []
        for part in Self.split(text) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                let name = String(part.dropFirst().dropLast())
                guard !name.isEmpty, names.insert(name).inserted else {
                    throw refuse("each {name} needs a name of its own")
                }
                segments.append(.parameter(name))
            } else if part.contains("{") || part.contains("}") {
                throw refuse("{name} stands for a whole segment")
            } else {
                segments.append(.literal(part))
            }
        }
        self.text = text
        self.segments = segments
    }

    /// Segments of a path; an empty one at the end tells `/a/` from `/a`.
    package static func split(_ path: String) -> [String] {
        Substring(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// The parameters in a path's decoded segments; nil if it does not match.
    package func match(_ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .literal(let literal): guard literal.utf8.elementsEqual(part.utf8) else { return nil }
            case .parameter(let name):
                guard !part.isEmpty else { return nil }
                parameters[name] = part
            }
        }
        return parameters
    }

    /// Whether two patterns match the same paths.
    func isSame(as other: RoutePattern) -> Bool {
        shape == other.shape
    }

    /// Whether this one comes first where both match: literals before parameters, from the left.
    func precedes(_ other: RoutePattern) -> Bool {
        for (own, other) in zip(shape, other.shape) where (own == nil) != (other == nil) { return own != nil }
        return false
    }

    private var shape: [String?] {
        segments.map { if case .literal(let literal) = $0 { literal } else { nil } }
    }
}
