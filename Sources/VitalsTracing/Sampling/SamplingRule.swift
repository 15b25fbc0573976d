public import VitalsMetrics

/// Which spans a sampler is for: all criteria that are given must hold.
public struct SamplingRule: Sendable {
    /// The name; `*` stands for any characters, `?` for one.
    public var name: String?
    /// The kind.
    public var kind: SpanKind?
    /// Attributes that the span begins with, each with just this value.
    public var attributes: Attributes
    /// Decides on these spans.
    public var sampler: Sampler

    /// Leaves spans for which all given criteria hold to `sampler`.
    public init(name: String? = nil, kind: SpanKind? = nil, attributes: Attributes = [:], sampler: Sampler) {
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.sampler = sampler
    }

    func matches(_ request: SamplingRequest) -> Bool {
        if let kind, kind != request.kind { return false }
        if let name, !Wildcard.matches(name, request.name) { return false }
        return attributes.given.allSatisfy { key, value in
            request.attributes.given.last { $0.0 == key }?.1 == value
        }
    }
}

extension SamplingRule: CustomStringConvertible {
    /// The criteria that are given, and the sampler.
    public var description: String {
        var criteria: [String] = []
        if let name { criteria.append("name:\(name)") }
        if let kind { criteria.append("kind:\(kind)") }
        if !attributes.isEmpty { criteria.append("attributes:\(attributes)") }
        return "{\((criteria + ["sampler:\(sampler)"]).joined(separator: ","))}"
    }
}
