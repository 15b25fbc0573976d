import VitalsMetrics
import VitalsTracing

/// The name of a processor, for as long as somebody holds this.
final class StreamProcessorClaim: Sendable {
    private static let warning = OneTimeWarning()

    private let claim: RegistryClaim?

    init(_ meter: Meter, _ name: String) {
        claim = meter.claim("processor \(meter.scope.name) \(name)")
        guard claim == nil else { return }
        Self.warning.say(
            """
            there are two stream processors with the name \(name): their events are added up, and of their watermarks, open \
            windows and remembered events only those of one are seen: give each a name of its own
            """)
    }

    deinit {
        claim?.release()
    }
}
