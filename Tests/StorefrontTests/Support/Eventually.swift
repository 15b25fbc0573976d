import Testing

/// Waits until something is so, but not for ever.
func eventually(
    _ location: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .seconds(20))
    while try await !condition() {
        guard clock.now < deadline else {
            Issue.record("it did not happen within 20 s", sourceLocation: location)
            return
        }
        try await clock.sleep(for: .milliseconds(2))
    }
}
