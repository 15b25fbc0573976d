/// Reads a whole text or OpenMetrics body and refuses what the specifications forbid, written from them and not from
/// the encoders: families in one piece, descriptors once and first, no sample twice, histograms that agree with
/// themselves, one `# EOF` at the very end.
struct ExpositionChecker {
    private let isOpenMetrics: Bool
    private var parsed = ParsedExposition()
    private var current: ParsedExposition.Family?
    private var number = 0
    /// Each sample name, and the family that it was seen in.
    private var owners: [String: String] = [:]
    private var seen: Set<String> = []

    private init(isOpenMetrics: Bool) {
        self.isOpenMetrics = isOpenMetrics
    }

    static func check(_ body: some Collection<UInt8>, isOpenMetrics: Bool) throws -> ParsedExposition {
        var checker = ExpositionChecker(isOpenMetrics: isOpenMetrics)
        try checker.read(Array(body))
        return checker.parsed
    }

    private func failure(_ reason: String) -> InvalidExposition {
        InvalidExposition(line: number, reason: reason)
    }

    private mutating func read(_ body: [UInt8]) throws {
        if body.isEmpty, !isOpenMetrics { return }
        guard body.last == 0x0A else { throw failure("the last line has no end") }
        var lines = body.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        if isOpenMetrics {
            guard let last = lines.popLast(), last.elementsEqual("# EOF".utf8) else { throw failure("no # EOF") }
        }
        for line in lines {
            number += 1
            try read(line)
        }
        try endFamily()
    }

    private mutating func read(_ line: ArraySlice<UInt8>) throws {
        var rest = ExpositionLine(line, number: number)
        guard rest.starts(with: "#") else { return try readSample(&rest) }
        for kind in ["TYPE", "HELP", "UNIT"] where rest.starts(with: "# \(kind) ") {
            try rest.skip("# \(kind) ")
            let name = try rest.name(until: " ")
            try rest.skip(" ")
            return try readDescriptor(kind, name, &rest)
        }
        throw rest.failure("no descriptor")
    }

    private mutating func readDescriptor(_ kind: String, _ name: String, _ rest: inout ExpositionLine) throws {
        if current?.name != name {
            try endFamily()
            if parsed.families.contains(where: { $0.name == name }) { throw rest.failure("a family in two pieces") }
            current = ParsedExposition.Family(name: name)
        }
        guard var family = current, family.samples.isEmpty else { throw rest.failure("a descriptor after samples") }
        let order = isOpenMetrics ? ["TYPE", "UNIT", "HELP"] : ["HELP", "TYPE"]
        guard let place = order.firstIndex(of: kind) else { throw rest.failure("not in this format") }
        if let last = family.descriptors.last, (order.firstIndex(of: last) ?? 0) >= place {
            throw rest.failure("out of order")
        }
        family.descriptors.append(kind)
        switch kind {
        case "TYPE":
            family.type = try rest.rest()
            let types = ["counter", "gauge", "histogram"] + (isOpenMetrics ? ["unknown", "info"] : [])
            guard types.contains(family.type) else { throw rest.failure("an unknown type") }
        case "UNIT":
            let unit = try rest.rest()
            guard !unit.isEmpty, name.hasSuffix("_\(unit)") else { throw rest.failure("unit not a suffix") }
            family.unit = unit
        default:
            family.help = try rest.help(isOpenMetrics: isOpenMetrics)
            if family.help?.isEmpty == true { throw rest.failure("an empty HELP") }
        }
        current = family
    }

    private mutating func readSample(_ rest: inout ExpositionLine) throws {
        let (name, labels) = try rest.series()
        try rest.skip(" ")
        let (text, value) = try rest.value()
        var exemplar: ParsedExposition.Exemplar?
        if !rest.isAtEnd {
            guard isOpenMetrics else { throw rest.failure("something after the value") }
            exemplar = try readExemplar(&rest)
        }
        guard let family = current, !family.type.isEmpty else { throw rest.failure("a sample without a TYPE") }
        guard let suffix = suffix(of: name, in: family) else { throw rest.failure("a sample of another family") }
        if let owner = owners[name], owner != family.name { throw rest.failure("a sample name of two families") }
        owners[name] = family.name
        let sample = ParsedExposition.Sample(name: name, labels: labels, text: text, value: value, exemplar: exemplar)
        guard seen.insert("\(name)\u{2}\(sample.key())").inserted else { throw rest.failure("a sample twice") }
        if exemplar != nil, suffix != "_total", suffix != "_bucket" { throw rest.failure("no place for an exemplar") }
        if family.type == "counter", value.isNaN || value < 0 { throw rest.failure("not a counter's value") }
        if suffix == "_count" || suffix == "_bucket", UInt64(text) == nil { throw rest.failure("not a count") }
        if suffix == "_bucket" {
            guard let bound = sample.label("le"), let limit = ExpositionLine.number(bound) else {
                throw rest.failure("no le")
            }
            // Canonical numbers carry a point or an exponent.
            if isOpenMetrics, !bound.contains(where: { ".eI".contains($0) }) { throw rest.failure("le is an integer") }
            if let exemplar, !(exemplar.value <= limit) { throw rest.failure("an exemplar above its bucket") }
        } else if family.type == "histogram", sample.label("le") != nil {
            throw rest.failure("le on no bucket")
        }
        current?.samples.append(sample)
    }

    private func readExemplar(_ rest: inout ExpositionLine) throws -> ParsedExposition.Exemplar {
        try rest.skip(" # ")
        let labels = try rest.labels()
        let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        if length > 128 { throw rest.failure("an exemplar with \(length) characters") }
        try rest.skip(" ")
        let value = try rest.value().value
        guard !rest.isAtEnd else { return ParsedExposition.Exemplar(labels: labels, value: value, time: nil) }
        try rest.skip(" ")
        let (time, _) = try rest.value()
        if time.contains("e") || !rest.isAtEnd { throw rest.failure("no timestamp") }
        return ParsedExposition.Exemplar(labels: labels, value: value, time: time)
    }

    /// What a sample adds to the name of its family; nil if it is none of it.
    private func suffix(of name: String, in family: ParsedExposition.Family) -> String? {
        let suffixes: [String] =
            switch family.type {
            case "counter": isOpenMetrics ? ["_total", "_created"] : [""]
            case "histogram": ["_bucket", "_sum", "_count"] + (isOpenMetrics ? ["_created"] : [])
            case "info": ["_info"]
            default: [""]
            }
        return suffixes.first { name == family.name + $0 }
    }

    private mutating func endFamily() throws {
        guard let family = current else { return }
        current = nil
        if family.type.isEmpty { throw failure("\(family.name) has no TYPE") }
        if family.samples.isEmpty { throw failure("\(family.name) has no samples") }
        switch family.type {
        case "histogram":
            try HistogramChecker.check(family, isOpenMetrics: isOpenMetrics)
        case "counter" where isOpenMetrics:
            try checkCounters(family)
        default: break
        }
        parsed.families.append(family)
    }

    /// The samples of one series stand together.
    private func checkCounters(_ family: ParsedExposition.Family) throws {
        var done: Set<String> = []
        var last: String?
        for sample in family.samples where sample.key() != last {
            guard done.insert(sample.key()).inserted else { throw failure("\(family.name): a series in two pieces") }
            last = sample.key()
        }
    }
}
