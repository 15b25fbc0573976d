import VitalsMetrics

/// Carries contexts from one service to the next, in the headers of requests or messages.
///
/// `Context.extract(from:)` and `inject(into:)` use it. It neither throws nor fails: what is missing or malformed
/// changes nothing.
public struct Propagator: Sendable {
    /// Where a propagator writes a header. It replaces one that is there.
    public typealias Setter = (_ name: String, _ value: String) -> Void
    /// Where a propagator finds all headers of a name, in their order, whatever the case of the name.
    public typealias Getter = (_ name: String) -> [String]

    /// The names of the headers that it may write: those to take out of a carrier that is used a second time.
    public let fields: [String]
    let inject: @Sendable (_ context: Context, _ set: Setter) -> Void
    let extract: @Sendable (_ context: Context, _ values: Getter) -> Context

    /// A propagator of the program's own.
    ///
    /// - Parameters:
    ///   - fields: The names of the headers that it may write.
    ///   - inject: Writes what the context has of interest.
    ///   - extract: Adds what the headers say to the context and returns it; a span in them is remote.
    public init(
        fields: [String], inject: @escaping @Sendable (_ context: Context, _ set: Setter) -> Void,
        extract: @escaping @Sendable (_ context: Context, _ values: Getter) -> Context
    ) {
        self.fields = fields
        self.inject = inject
        self.extract = extract
    }

    /// Carries nothing.
    public static let none = Propagator(fields: [], inject: { _, _ in }, extract: { context, _ in context })

    /// All of `parts` in their order: what a later one finds counts.
    public static func composite(_ parts: [Propagator]) -> Propagator {
        var fields: [String] = []
        for field in parts.flatMap(\.fields) where !fields.contains(field) { fields.append(field) }
        return Propagator(
            fields: fields,
            inject: { context, set in
                for part in parts { part.inject(context, set) }
            },
            extract: { context, values in
                var context = context
                for part in parts { context = part.extract(context, values) }
                return context
            })
    }

    /// The propagator that `OTEL_PROPAGATORS` calls `name`: tracecontext, baggage, b3, b3multi or none. Nil for others;
    /// jaeger, xray and ottrace are not supported.
    public static func named(_ name: String) -> Propagator? {
        switch name.lowercased() {
        case "tracecontext": traceContext
        case "baggage": baggage
        case "b3": b3
        case "b3multi": b3Multi
        case "none": Propagator.none
        default: nil
        }
    }

    private static let shared = Locked(Propagator.composite([.traceContext, .baggage]))

    /// The propagator of the process, which is used where none is named: trace context and baggage, unless it is set.
    public static var current: Propagator {
        get { shared.withLock { $0 } }
        set {
            // What the old one holds is let go outside of the lock: it may be anything.
            var propagator = newValue
            shared.withLock { swap(&$0, &propagator) }
        }
    }
}
