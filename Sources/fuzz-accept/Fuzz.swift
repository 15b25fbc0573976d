import VitalsMetrics
import VitalsPrometheus

private let schemes: [EscapingScheme] = [.allowUTF8, .underscores, .dots, .values]
private let strategies: [TranslationStrategy] = [
    .underscoreEscapingWithSuffixes, .underscoreEscapingWithoutSuffixes, .noUTF8EscapingWithSuffixes, .noTranslation,
]
private let escaping: Set<TranslationStrategy> = [.underscoreEscapingWithSuffixes, .underscoreEscapingWithoutSuffixes]
private let suffixing: Set<TranslationStrategy> = [.underscoreEscapingWithSuffixes, .noUTF8EscapingWithSuffixes]
private let kinds: [MetricName.Kind] = [.counter, .gauge, .upDown, .histogram]
private let units: [Unit] = ["", "s", "1", "By/s"]
private let registry = Registry()
private let scope = registry.meter("fuzz", attributes: ["name": "x", "a.b": "y"]).scope

private let contentTypes: Set<String> = {
    let formats: [ExpositionFormat] = [
        .text, .text1, .openMetrics(isDraft: true), .openMetrics(isDraft: false), .protobuf,
    ]
    return Set(
        formats.flatMap { format in
            (schemes + [nil]).map { Exposition(format, escaping: $0).contentType }
        })
}()

private func check(_ holds: Bool, _ promise: @autoclosure () -> String) {
    if !holds { fatalError(promise()) }
}

private func isSame(_ first: String, _ second: String) -> Bool {
    first.utf8.elementsEqual(second.utf8)
}

/// One part and one combination for each input, chosen by its first byte: trying all of them takes too long.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: bytes, count: count)
    guard let choice = input.first.map({ Int($0) }) else { return 0 }
    let text = String(decoding: input.dropFirst(), as: UTF8.self)
    let lines = text.split(separator: "\n", maxSplits: 8, omittingEmptySubsequences: false).map { String($0) }
    let (strategy, scheme, kind) = (strategies[choice >> 2 & 3], schemes[choice >> 4 & 3], kinds[choice >> 6 & 3])
    switch choice & 3 {
    case 0:
        negotiate(text)
        negotiate(
            input.dropFirst().map { byte in
                // Mutations do not find whole words, so most bytes stand for one.
                let index = Int(byte) % (words.count + 16)
                return index < words.count ? words[index] : String(Unicode.Scalar(byte))
            }.joined())
    case 1:
        translate(lines[0], unit: Unit(lines.dropFirst().first ?? ""), kind, strategy)
        escape(lines[0])
    case 2: label(lines, strategy, scheme)
    default: claim(lines, strategy, scheme)
    }
    return 0
}

private let words = [
    "application/openmetrics-text", "application/vnd.google.protobuf", "text/plain", "*/*", "text/*", "application/*",
    ",", ",", ";", ";", ";q=", ";version=", "0", "1", ".", "1.0.0", "0.0.1", "0.0.4", "\"", "\\", " ",
    ";escaping=", "allow-utf-8", "underscores", "dots", "values", ";proto=io.prometheus.client.MetricFamily",
    ";encoding=delimited", "gzip", "x-gzip", "identity", "*",
]

private func negotiate(_ header: String) {
    let exposition = Negotiation.exposition(accept: header)
    check(contentTypes.contains(exposition.contentType), "unknown type \(exposition)")
    let announced = exposition.contentType.split(separator: "escaping=").dropFirst().first ?? "underscores"
    check(announced == exposition.escaping.token, "another escaping than announced: \(exposition)")
    if Negotiation.acceptsGzip(header) {
        check(header.contains("*") || header.lowercased().contains("gzip"), "gzip for \(header)")
    }
}

private func translate(_ name: String, unit: Unit, _ kind: MetricName.Kind, _ strategy: TranslationStrategy) {
    // Nothing is left of these names once what is appended is taken out of them.
    let bare = MetricName(name: name, unit: "", kind: .counter, strategy: .underscoreEscapingWithSuffixes).family
    for unit in units + [unit] {
        let names = MetricName(name: name, unit: unit, kind: kind, strategy: strategy)
        checkParts(names)
        if escaping.contains(strategy) {
            check(LegacyNames.isMetricName(names.sample), "not legacy: \(names)")
            check(bare == "_" || !names.sample.contains("__"), "runs of underscores: \(names)")
        }
        if kind == .counter, suffixing.contains(strategy) {
            check(names.isCounterSuffixed, "a counter without _total: \(names)")
        }
        for scheme in schemes {
            let escaped = names.escaped(scheme)
            checkParts(escaped)
            if scheme == .allowUTF8 {
                check(escaped == names, "changed: \(names)")
            } else {
                check(LegacyNames.isMetricName(escaped.sample), "not legacy: \(escaped)")
                check(LegacyNames.isMetricName(escaped.family), "not legacy: \(escaped)")
            }
        }
        let isStable = units.contains(unit) && (!escaping.contains(strategy) || !["_", "total"].contains(bare))
        guard isStable else { continue }
        let again = MetricName(name: names.sample, unit: unit, kind: kind, strategy: strategy)
        check(again == names, "not idempotent: \(names), then \(again)")
    }
}

private func checkParts(_ names: MetricName) {
    check(!names.family.isEmpty, "no name")
    check(isSame(names.sample, names.family + (names.isCounterSuffixed ? "_total" : "")), "sample of \(names)")
    let ending = Array("_\(names.unit)".utf8)
    check(names.unit.isEmpty || names.family.utf8.reversed().starts(with: ending.reversed()), "unit of \(names)")
}

private func escape(_ name: String) {
    for scheme in schemes where scheme != .allowUTF8 && !name.isEmpty {
        check(LegacyNames.isMetricName(scheme.metricName(name)), "metric name \(scheme.metricName(name))")
        check(LegacyNames.isLabelName(scheme.labelName(name)), "label name \(scheme.labelName(name))")
    }
    let underscores = EscapingScheme.underscores
    check(underscores.metricName(underscores.metricName(name)) == underscores.metricName(name), "underscores \(name)")
    // The scheme itself takes such a name for an escaped one.
    if name.utf8.starts(with: "U__".utf8) { return }
    check(isSame(unescaped(EscapingScheme.values.metricName(name)), name), "values of \(name)")
    check(isSame(unescaped(EscapingScheme.values.labelName(name)), name), "values of label \(name)")
}

private func unescaped(_ escaped: String) -> String {
    guard escaped.utf8.starts(with: "U__".utf8) else { return escaped }
    var name = String.UnicodeScalarView()
    var rest = escaped.unicodeScalars.dropFirst(3)
    while let scalar = rest.popFirst() {
        guard scalar == "_" else {
            name.append(scalar)
            continue
        }
        let hex = rest.prefix { $0 != "_" }
        rest = rest.dropFirst(hex.count + 1)
        if hex.isEmpty {
            name.append("_")
        } else if let scalar = UInt32(String(hex), radix: 16).flatMap({ Unicode.Scalar($0) }) {
            name.append(scalar)
        } else {
            fatalError("not escaped: \(escaped)")
        }
    }
    return String(name)
}

private func label(_ lines: [String], _ strategy: TranslationStrategy, _ scheme: EscapingScheme) {
    let pairs: [LabelNames.Pair] = lines.enumerated().map { ($0.element, $0.offset == 3 ? "" : "\($0.offset)") }
    let names = LabelNames(strategy: strategy, escaping: scheme)
    let labels = names.resolve(pairs + names.pairs(of: scope), reserved: "le")
    check(Set(labels.map { Array($0.name.utf8) }).count == labels.count, "twice the same label: \(labels)")
    for label in labels {
        check(!label.name.isEmpty && !label.name.utf8.starts(with: "__".utf8), "reserved: \(label.name)")
        check(label.name != "le" && !label.value.isEmpty, "a label that may not be: \(label)")
        let isClassic = escaping.contains(strategy) || scheme != .allowUTF8
        check(!isClassic || LegacyNames.isLabelName(label.name), "not legacy: \(label.name)")
        let isStable = escaping.contains(strategy) && scheme != .dots
        check(!isStable || names.name(label.name) == label.name, "not idempotent: \(label.name)")
    }
}

private func claim(_ lines: [String], _ strategy: TranslationStrategy, _ scheme: EscapingScheme) {
    let streams = lines.map { line in
        let kind = kinds[Int(line.utf8.first ?? 0) % kinds.count]
        return StreamIdentity(
            scope: scope, name: String(line.dropFirst()), unit: "", kind: kind, number: .int)
    }
    var table = NameTable(strategy: strategy, escaping: scheme)
    for stream in streams { _ = table.claim(stream) }
    if let first = streams.first { table.release(first) }
    var taken: Set<String> = [table.target.family, table.target.sample]
    var seen: Set<StreamIdentity> = []
    for stream in streams where seen.insert(stream).inserted {
        guard case .first(let names) = table.claim(stream).verdict else { continue }
        var samples: Set<String> = [names.family, names.sample]
        if stream.kind == .histogram {
            samples.formUnion(["bucket", "count", "sum", "created"].map { "\(names.family)_\($0)" })
        }
        if names.isCounterSuffixed { samples.insert("\(names.family)_created") }
        check(taken.isDisjoint(with: samples), "\(samples) are taken")
        taken.formUnion(samples)
    }
}
