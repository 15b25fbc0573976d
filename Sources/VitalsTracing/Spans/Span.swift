public import VitalsMetrics

/// A piece of work in a trace: what `withSpan` gives to its body and `startSpan` returns.
///
/// A small value, to be copied and kept as one likes, and safe to use from several threads. What is done to a span that
/// is not recorded, or has ended, has no effect.
public struct Span: Sendable {
    /// The context in which this is the current span: that of its parent with the span put in its place.
    public let context: Context

    init(context: Context) {
        self.context = context
    }

    /// What identifies the span.
    public var spanContext: SpanContext { context.spanContext }

    /// Whether it is recorded and has not ended: if not, there is no need to find out what would be recorded.
    public var isRecording: Bool { context.record?.isRecording ?? false }

    /// The span of the current context. Nothing that is done to it has an effect, if there is none.
    public static var current: Span { Context.current.span }

    /// An attribute; setting nil takes it out. Of a span that is not recorded nothing is known.
    public subscript(key: String) -> AttributeValue? {
        get { context.record?.current.attributes.first { $0.0 == key }?.1 }
        nonmutating set { context.record?.set(key, newValue) }
    }

    /// Sets attributes.
    public func setAttributes(_ attributes: Attributes) {
        context.record?.set(attributes.given)
    }

    /// Adds something that happened, now or at a time in unix nanoseconds.
    public func addEvent(_ name: String, attributes: Attributes = [:], at time: UInt64? = nil) {
        context.record?.add(name, attributes, at: time)
    }

    /// Adds a span that this one has to do with.
    public func addLink(_ context: SpanContext, attributes: Attributes = [:]) {
        self.context.record?.add(SpanLink(context, attributes: attributes))
    }

    /// Says how the work ended. `ok` is final, and nothing makes an error unset.
    public func setStatus(_ status: SpanStatus) {
        context.record?.update { state in
            if state.status != .ok, status != .unset { state.status = status }
        }
    }

    /// Changes the name. Samplers have decided by the first one.
    public func updateName(_ name: String) {
        context.record?.update { $0.name = name }
    }

    /// Adds an event that describes an error. The status stays as it is: an error may have been dealt with.
    public func recordError(_ error: any Error, attributes: Attributes = [:]) {
        guard let record = context.record else { return }
        let described: Attributes = [
            "exception.type": .string(ErrorName.of(error)), "exception.message": "\(error)",
        ]
        record.add("exception", described.merging(attributes), at: nil)
    }

    /// Ends the span, now or at a time in unix nanoseconds. Only the first call counts.
    public func end(at time: UInt64? = nil) {
        guard context.isRecording, let storage = context.storage else { return }
        // Lent for the call: counting references costs more than ending does.
        Unmanaged.passUnretained(storage)._withUnsafeGuaranteedRef { storage in
            if let record = storage.record {
                record.end(at: time)
            } else {
                unsafeDowncast(storage, to: SpanRecord.self).end(at: time)
            }
        }
    }

    /// What becomes of a span whose body throws.
    @usableFromInline
    func fail(_ error: any Error) {
        guard context.record != nil else { return }
        recordError(error)
        setStatus(.error("\(error)"))
    }
}

extension Span {
    /// The span of a record.
    init(_ record: SpanRecord) {
        var context = Context()
        context.traceHigh = record.traceHigh
        context.traceLow = record.traceLow
        context.spanNumber = record.spanNumber
        context.flags = record.flags
        context.isRecording = true
        context.storage = record
        self.init(context: context)
    }
}
