/// Methods as labels: whatever a stranger sends, there are few of them.
enum HTTPMethod {
    private static let known: Set<String> = [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
    ]

    /// The method, or `_OTHER`. Case counts.
    static func label(_ method: String) -> String {
        known.contains(method) ? method : "_OTHER"
    }

    /// The name of a span: the method and where it goes, which is a template and never a path.
    static func spanName(_ label: String, _ target: String?) -> String {
        let word = label == "_OTHER" ? "HTTP" : label
        guard let target, !target.isEmpty else { return word }
        return "\(word) \(target)"
    }
}
