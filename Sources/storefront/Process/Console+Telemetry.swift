import Vitals

extension Console {
    /// Says where telemetry can be seen.
    static func say(_ telemetry: Telemetry) {
        if let endpoint = telemetry.endpoint {
            say("metrics     http://localhost:\(endpoint.port)/metrics")
            say("live page   http://localhost:\(endpoint.port)/")
        } else {
            say("metrics     nowhere")
        }
        if let push = telemetry.configuration.push { say("pushed to   \(push.otlp.endpoint.shown) (metrics)") }
        if let push = telemetry.configuration.traces.push { say("pushed to   \(push.endpoint.shown) (traces)") }
    }
}
