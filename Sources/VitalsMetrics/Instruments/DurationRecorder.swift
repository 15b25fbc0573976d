/// Measures how long work takes.
public protocol DurationRecorder: Sendable {
    /// Records a duration.
    func record(_ duration: Duration)
}

extension DurationRecorder {
    /// Runs `work` and records how long it took, also when it throws.
    public func time<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        let start = ContinuousClock.now
        defer { record(start.duration(to: .now)) }
        return try work()
    }

    /// Runs `work` and records how long it took, waits included, also when it throws.
    public func time<Result, Failure: Error>(
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let start = ContinuousClock.now
        defer { record(start.duration(to: .now)) }
        return try await work()
    }
}
