import VitalsMetrics
import VitalsTracing

/// Keeps what a sampler was asked.
final class Requests: Sendable {
    private let requests = Locked<[SamplingRequest]>([])

    var all: [SamplingRequest] { requests.withLock { $0 } }
    var count: Int { requests.withLock { $0.count } }

    /// Decides alike on every span, and keeps what it is asked.
    func sampler(_ name: String = "own", _ result: SamplingResult = SamplingResult(.recordAndSample)) -> Sampler {
        Sampler(name) { request in
            self.requests.withLock { $0.append(request) }
            return result
        }
    }

    var sampler: Sampler { sampler() }
}
