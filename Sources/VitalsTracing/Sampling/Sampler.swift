/// Decides which spans are recorded.
public struct Sampler: Sendable, CustomStringConvertible {
    /// Samplers that need not be asked.
    enum Constant: Sendable {
        case alwaysOn
        case alwaysOff
        /// As the parent, and on without one.
        case parentAlwaysOn
    }

    /// What the sampler does, in a few words.
    public let description: String
    let constant: Constant?
    private let decide: @Sendable (SamplingRequest) -> SamplingResult

    /// A sampler of the program's own. It is called on whatever thread begins a span, and quickly, please.
    public init(_ description: String, _ decide: @escaping @Sendable (SamplingRequest) -> SamplingResult) {
        self.description = description
        self.decide = decide
        constant = nil
    }

    init(_ description: String, _ constant: Constant) {
        self.description = description
        self.constant = constant
        decide = { request in
            let isOn =
                switch constant {
                case .alwaysOn: true
                case .alwaysOff: false
                case .parentAlwaysOn: !request.parent.hasSpan || request.parent.flags.contains(.sampled)
                }
            return SamplingResult(isOn ? .recordAndSample : .drop)
        }
    }

    /// Decides.
    public func sample(_ request: SamplingRequest) -> SamplingResult { decide(request) }

    /// Every span is recorded.
    public static let alwaysOn = Sampler("AlwaysOnSampler", .alwaysOn)
    /// No span is recorded.
    public static let alwaysOff = Sampler("AlwaysOffSampler", .alwaysOff)

    /// Records spans whatever `root` says; those that it does not want are not exported.
    public static func alwaysRecord(_ root: Sampler) -> Sampler {
        Sampler("AlwaysRecord{\(root.description)}") { request in
            var result = root.sample(request)
            if result.decision == .drop { result.decision = .recordOnly }
            return result
        }
    }
}
