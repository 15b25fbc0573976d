public import VitalsTracing

extension Sampler {
    /// What is recorded if nobody says more: as the parent; of traces that begin here a tenth where the environment is
    /// `production` or `prod`, and all elsewhere.
    public static func usual(in environment: String) -> Sampler {
        let isProduction = ["production", "prod"].contains(environment.lowercased())
        return .parentBased(root: isProduction ? .ratio(0.1) : .alwaysOn)
    }
}
