import VitalsMetrics

@testable import Vitals

/// What is wrong with how variables that all have the value `text` are read; nil if the readers keep their promises.
private func complaint(_ text: String) -> String? {
    let messages = Locked<[String]>([])
    let variables = Environment(VariablesOf(text: text).all) { message in messages.withLock { $0.append(message) } }

    let configuration = Configuration(variables: variables)
    _ = variables.shownMessages()
    let (batch, spans) = (configuration.traces.batch, configuration.traces.limits)
    if !(1...batch.queue).contains(batch.size) { return "a batch of \(batch.size) in a queue of \(batch.queue)" }
    if batch.delay < .zero || batch.timeout < .zero { return "a batch at no time" }
    if [spans.attributes, spans.events, spans.links, spans.valueLength ?? 0].contains(where: { $0 < 0 }) {
        return "a negative limit"
    }
    if let port = configuration.endpoint?.port, !(0...65535).contains(port) { return "a port of \(port)" }
    if let push = configuration.push {
        if push.interval <= .zero || push.timeout < .zero { return "a push at no time" }
        if push.otlp.timeout < .zero { return "a negative timeout" }
    }
    for (name, value) in variables.headers("V") ?? [:] {
        if name.isEmpty || name != name.lowercased() { return "a header without a name in lower case" }
        if !(name + value).utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return "a header that is not printable" }
        if name.utf8.contains(where: { ": ,;=\"".utf8.contains($0) }) { return "a header with a name that is none" }
    }
    if let attributes = variables.attributesAndBack(), attributes.0 != attributes.1 {
        return "attributes changed on their way through the encoding"
    }
    if messages.withLock({ $0.contains { $0.unicodeScalars.contains { $0.value < 0x20 } } }) {
        return "a message with control characters"
    }
    return nil
}

/// Every variable there is, all with one value.
private struct VariablesOf {
    let text: String

    var all: [String: String] {
        var all = [
            "V": text, "OTEL_METRICS_EXPORTER": "otlp,console,prometheus", "OTEL_TRACES_SAMPLER": "traceidratio",
        ]
        for name in [
            "OTEL_SDK_DISABLED", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SERVICE_NAME", "OTEL_METRIC_EXPORT_INTERVAL",
            "OTEL_METRIC_EXPORT_TIMEOUT", "OTEL_EXPORTER_PROMETHEUS_PORT", "OTEL_SAMPLING_RATE", "OTEL_LOG_LEVEL",
            "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS",
            "OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_INSECURE",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER_ARG",
            "OTEL_PROPAGATORS", "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY",
            "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "OTEL_SPAN_EVENT_COUNT_LIMIT", "OTEL_SPAN_LINK_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
        ] {
            all[name] = text
        }
        return all
    }
}

extension Environment {
    /// The attributes of the variable, and what they are after they were encoded and decoded again.
    fileprivate func attributesAndBack() -> (Attributes, Attributes)? {
        let attributes = resourceAttributes("V")
        let encoded = attributes.map { "\(escaped($0.key))=\(escaped($0.value.description))" }.joined(separator: ",")
        return (attributes, Environment(["V": encoded]).resourceAttributes("V"))
    }
}

private func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
}

/// What the fuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    if let complaint = complaint(text) { fatalError(complaint) }
    // The same text as an exporter list, which decides what is read at all.
    let list = MetricsExporters(Environment(["OTEL_METRICS_EXPORTER": text]))
    if list.isPushed == nil, !list.isExposed { fatalError("a list that was not read changed something") }
    return 0
}
