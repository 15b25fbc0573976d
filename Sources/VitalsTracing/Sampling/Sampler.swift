/// Decides which spans are recorded.
public struct Sampler: Sendable, CustomStringConvertible {
    /// Samplers that need not be asked.
    enum Constant: Sendable {
        case alwaysOn
        case alwaysOff
        /// As the parent, and on without one.
        case parentAlwaysOn
        /// As the parent; without one the sampler is asked.
        case parentOrAsk
    }

    /// What the sampler does, in a few words.
    public let description: String
    let constant: Constant?
    private let decide: @Sendable (SamplingRequest) -> SamplingResult

    /// A sampler of the program's own. It is called on whatever thread begins a span, and quickly, please.
    public init(_ description: String, _ decide: @escaping @Sendable (SamplingRequest) -> SamplingResult) {
        self.init(description, nil, decide)
    }

    init(
        _ description: String, _ constant: Constant?, _ decide: @escaping @Sendable (SamplingRequest) -> SamplingResult
    ) {
        self.description = description
        self.constant = constant
        self.decide = decide
    }

    /// Records every span, or none.
    static func constant(_ isOn: Bool, _ description: String) -> Sampler {
        Sampler(description, isOn ? .alwaysOn : .alwaysOff) { _ in SamplingResult(isOn ? .recordAndSample : .drop) }
    }

    /// Decides.
    public func sample(_ request: SamplingRequest) -> SamplingResult { decide(request) }

    /// Every span is recorded.
    public static let alwaysOn = Sampler.constant(true, "AlwaysOnSampler")
    /// No span is recorded.
    public static let alwaysOff = Sampler.constant(false, "AlwaysOffSampler")

    /// Records spans whatever `root` says; those that it does not want are not exported.
    public static func alwaysRecord(_ root: Sampler) -> Sampler {
        Sampler("AlwaysRecord{\(root.description)}") { request in
            var result = root.sample(request)
            if result.decision == .drop { result.decision = .recordOnly }
            return result
        }
    }
}
