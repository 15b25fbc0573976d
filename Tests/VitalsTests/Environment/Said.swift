import Synchronization
import VitalsMetrics

@testable import Vitals

/// An environment that a test makes up, and what is said about it.
final class Said: Sendable {
    private let messages = Locked<[String]>([])

    var warnings: [String] { messages.withLock { $0 } }

    func environment(_ variables: [String: String]) -> Environment {
        Environment(variables) { message in self.messages.withLock { $0.append(message) } }
    }

    /// The configuration of an environment, and the warnings about it.
    static func configuration(
        _ variables: [String: String], service: String? = nil, version: String? = nil, environment: String? = nil
    ) -> (configuration: Configuration, warnings: [String]) {
        let said = Said()
        let configuration = Configuration(
            service: service, version: version, environment: environment, variables: said.environment(variables))
        return (configuration, said.warnings)
    }
}
