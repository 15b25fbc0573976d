import CVitals

/// Environment variables carry a context to a program that is started: `TRACEPARENT`, `TRACESTATE`, `BAGGAGE`.
extension Context {
    /// A context with what the environment variables of this process say: the span of whoever started it, its baggage. What
    /// they do not say, or not validly, stays as it is in `context`.
    public static func extractFromEnvironment(
        into context: Context = .current, by propagator: Propagator = .current
    ) -> Context {
        propagator.extract(context) { name in
            vitals_environment(variableName(name)).map { [String(cString: $0)] } ?? []
        }
    }

    /// A context with what environment variables say: the span of whoever wrote them, its baggage. What they do not say,
    /// or not validly, stays as it is in `context`.
    public static func extract(
        fromEnvironment variables: [String: String], into context: Context = .current,
        by propagator: Propagator = .current
    ) -> Context {
        propagator.extract(context) { name in variables[variableName(name)].map { [$0] } ?? [] }
    }

    /// Writes environment variables that tell a program of the span and the baggage, in place of those that are there.
    public func inject(intoEnvironment variables: inout [String: String], by propagator: Propagator = .current) {
        propagator.inject(self) { variables[Self.variableName($0)] = $1 }
    }

    /// The variable for a header: in upper case, `_` for what is not a letter, digit or `_`, and in front of a digit.
    static func variableName(_ header: String) -> String {
        var name = ""
        for scalar in header.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": name += String(scalar).uppercased()
            default: name += "_"
            }
        }
        let needsStart = name.utf8.first.map { $0 <= UInt8(ascii: "9") } ?? true
        return (needsStart ? "_" : "") + name
    }
}
