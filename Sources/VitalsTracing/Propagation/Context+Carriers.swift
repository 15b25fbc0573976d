extension Context {
    /// A context with what headers say: the span of the caller, its baggage. What they do not say, or not validly, stays
    /// as it is in `context`.
    ///
    /// - Parameters:
    ///   - headers: The headers of a request or message. The case of their names does not count.
    ///   - context: What is added to.
    public static func extract(
        from headers: [String: String], into context: Context = .current, by propagator: Propagator = .current
    ) -> Context {
        propagator.extract(context) { name in
            var values: [String] = []
            for (key, value) in headers where key.isSameHeader(as: name) { values.append(value) }
            guard values.count > 1 else { return values }
            // Names that differ in case only have no order of their own.
            return headers.filter { $0.key.isSameHeader(as: name) }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// A context with what headers say, whose names may repeat: the span of the caller, its baggage. What they do not
    /// say, or not validly, stays as it is in `context`.
    ///
    /// - Parameters:
    ///   - headers: The headers of a request or message. The case of their names does not count.
    ///   - context: What is added to.
    public static func extract(
        from headers: [(String, String)], into context: Context = .current, by propagator: Propagator = .current
    ) -> Context {
        propagator.extract(context) { name in
            var values: [String] = []
            for (key, value) in headers where key.isSameHeader(as: name) { values.append(value) }
            return values
        }
    }

    /// A context with what headers say: the span of the caller, its baggage. What they do not say, or not validly, stays
    /// as it is in `context`.
    ///
    /// - Parameters:
    ///   - values: All values of a header, in their order. Names are asked for in lower case; where the case of names
    ///     does not count, as in HTTP, it must not count here.
    ///   - context: What is added to.
    public static func extract(
        from values: Propagator.Getter, into context: Context = .current, by propagator: Propagator = .current
    ) -> Context {
        propagator.extract(context, values)
    }

    /// Writes headers that tell another service of the span and the baggage. What is there under the same name, whatever
    /// its case, is replaced.
    public func inject(into headers: inout [String: String], by propagator: Propagator = .current) {
        propagator.inject(self) { name, value in
            for key in headers.keys where key != name && key.isSameHeader(as: name) { headers[key] = nil }
            headers[name] = value
        }
    }

    /// Writes headers that tell another service of the span and the baggage. What is there under the same name, whatever
    /// its case, is replaced.
    public func inject(into headers: inout [(String, String)], by propagator: Propagator = .current) {
        propagator.inject(self) { name, value in
            guard let place = headers.firstIndex(where: { $0.0.isSameHeader(as: name) }) else {
                headers.append((name, value))
                return
            }
            headers[place] = (name, value)
            headers[(place + 1)...].removeAll { $0.0.isSameHeader(as: name) }
        }
    }

    /// Writes headers that tell another service of the span and the baggage.
    ///
    /// - Parameter set: Writes a header, in place of what is there under its name.
    public func inject(into set: Propagator.Setter, by propagator: Propagator = .current) {
        propagator.inject(self, set)
    }
}
