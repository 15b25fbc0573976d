import VitalsMetrics
import VitalsTracing

/// Spans as lines for a person to read, up to a number of bytes.
struct ConsoleSpans {
    private(set) var bytes: [UInt8] = []
    /// Spans for which there was no room.
    private(set) var omitted = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Ends a line of which only a part was shown.
    mutating func breakLine() { bytes.append(UInt8(ascii: "\n")) }

    /// A line for a span, and below it one for each event and link.
    mutating func append(_ span: FinishedSpan) {
        // A span that does not fit is not even made.
        guard bytes.count < limit else {
            omitted += 1
            return
        }
        let lines = Self.lines(span).joined(separator: "\n") + "\n"
        if bytes.count + lines.utf8.count <= limit { bytes += lines.utf8 } else { omitted += 1 }
    }

    /// Says how many spans there was no room for.
    mutating func close() {
        if omitted > 0 { bytes += "and \(omitted) more spans\n".utf8 }
    }

    private static func lines(_ span: FinishedSpan) -> [String] {
        let context = span.context
        var parts = [
            Timestamp.text(nanoseconds: span.start), quoted(span.name), "\(span.kind)",
            duration(span.duration.nanoseconds),
            "trace=\(context.traceID)", "span=\(context.spanID)",
        ]
        if let parent = span.parentID { parts.append("parent=\(parent)\(span.isParentRemote ? " (remote)" : "")") }
        switch span.status {
        case .unset: break
        case .ok: parts.append("ok")
        case .error(let text): parts.append(text.isEmpty ? "error" : "error=\(quoted(text))")
        }
        let labels = ConsoleText.labels(span.attributePairs)
        if !labels.isEmpty { parts.append(labels) }
        return [parts.joined(separator: " ")] + span.events.map { line($0, of: span) } + span.links.map(line)
    }

    private static func line(_ event: SpanEvent, of span: FinishedSpan) -> String {
        let (isBefore, time) =
            event.time < span.start ? (true, span.start - event.time) : (false, event.time - span.start)
        return below("\(isBefore ? "-" : "+")\(duration(time)) \(quoted(event.name))", event.attributes)
    }

    private static func line(_ link: SpanLink) -> String {
        below("link trace=\(link.context.traceID) span=\(link.context.spanID)", link.attributes)
    }

    private static func below(_ text: String, _ attributes: Attributes) -> String {
        let labels = ConsoleText.labels(attributes.given)
        return "    \(text)\(labels.isEmpty ? "" : " \(labels)")"
    }

    private static func quoted(_ text: String) -> String { "\"\(ConsoleText.escaped(text, quotes: true))\"" }

    /// A time in the largest unit in which it is at least one, to a thousandth of it: `1.25s`, `3.2ms`, `850ns`.
    static func duration(_ nanoseconds: UInt64) -> String {
        for (unit, size) in [("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1000)] as [(String, UInt64)]
        where nanoseconds >= size {
            let thousandths = nanoseconds / (size / 1000)
            return "\(ConsoleText.number(Double(thousandths) / 1000))\(unit)"
        }
        return "\(nanoseconds)ns"
    }
}
