/// Methods as labels: whatever a stranger sends, there are few of them.
enum HTTPMethod {
    /// What stands for a method that nobody knows.
    static let other = "_OTHER"

    /// The method, or `_OTHER`. Case counts.
    static func label(_ method: String) -> String {
        // One after the other: hashing costs more than comparing what is most often the first.
        switch method {
        case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY": method
        default: other
        }
    }

    /// The name of a span: the method and where it goes, which is a template and never a path.
    static func spanName(_ label: String, _ target: String?) -> String {
        let word = label == other ? "HTTP" : label
        guard let target, !target.isEmpty else { return word }
        return word + " " + target
    }
}
