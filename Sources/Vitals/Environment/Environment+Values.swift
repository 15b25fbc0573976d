extension Environment {
    /// The greatest number of OpenTelemetry that every implementation knows.
    static let greatest = Int(Int32.max)

    /// True only for the word `true`, whatever its case; nil if there is nothing.
    func boolean(_ name: String) -> Bool? {
        guard let text = string(name) else { return nil }
        let word = text.lowercased()
        if word != "true", word != "false" {
            refuse(name, text, "which is neither true nor false", instead: "false counts")
        }
        return word == "true"
    }

    /// Whether a switch that is on by default is turned off: only the word `false` does that.
    func isTurnedOff(_ name: String) -> Bool {
        guard let text = string(name) else { return false }
        let word = text.lowercased()
        if word != "true", word != "false" {
            refuse(name, text, "which is neither true nor false", instead: "true counts")
        }
        return word == "false"
    }

    /// A whole number within a range.
    func integer(_ name: String, in range: ClosedRange<Int> = 0...greatest, default other: String) -> Int? {
        number(name, "number", in: range, default: other)
    }

    /// A span of time in milliseconds, at least one: nothing is done every zero milliseconds.
    func interval(_ name: String, default other: String) -> Duration? {
        number(name, "number of milliseconds", in: 1...Self.greatest, default: other).map { .milliseconds($0) }
    }

    /// A limit of time in milliseconds; zero stands for none.
    func timeout(_ name: String, default other: String) -> Duration? {
        number(name, "number of milliseconds", in: 0...Self.greatest, default: other).map { .milliseconds($0) }
    }

    /// A number from 0 to 1.
    func ratio(_ name: String, default other: String) -> Double? {
        guard let text = string(name) else { return nil }
        // Only the decimal notation: what Swift reads as hexadecimal or NaN nobody means.
        let isDecimal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
                UInt8(ascii: "+"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isDecimal, let number = Double(text), (0...1).contains(number) else {
            refuse(name, text, "which is no number from 0 to 1", instead: "\(other) counts")
            return nil
        }
        // Minus zero is zero.
        return number == 0 ? 0 : number
    }

    /// One of several words, whatever its case.
    func choice<Value>(_ name: String, among choices: [(word: String, value: Value)], default other: String) -> Value? {
        guard let text = string(name) else { return nil }
        let word = text.lowercased()
        guard let choice = choices.first(where: { $0.word == word }) else {
            refuse(name, text, "which is not \(Self.alternatives(choices.map(\.word)))", instead: "\(other) counts")
            return nil
        }
        return choice.value
    }

    /// The members of a list, without the blanks around them; empty ones are left out.
    func list(_ name: String) -> [String]? {
        guard let text = string(name) else { return nil }
        return text.utf8.split(separator: UInt8(ascii: ",")).compactMap { member in
            let trimmed = Self.trimmed(member)
            return trimmed.isEmpty ? nil : String(Substring(trimmed))
        }
    }

    /// Those members of a list that are known, whatever their case, each once and in order. `none` counts only alone;
    /// nothing but members that nobody knows is as good as nothing.
    func words(_ name: String, among known: [String]) -> [String]? {
        guard let listed = list(name), let text = string(name) else { return nil }
        var words: [String] = []
        for word in listed {
            let lowered = word.lowercased()
            guard known.contains(lowered) else {
                let problem = "in which \(Self.quoted(word)) is not \(Self.alternatives(known))"
                refuse(name, text, problem, instead: "that part is ignored")
                continue
            }
            if !words.contains(lowered) { words.append(lowered) }
        }
        if words.count > 1, words.contains("none") {
            refuse(name, text, "which has none beside others", instead: "the others count")
            words.removeAll { $0 == "none" }
        }
        return words.isEmpty ? nil : words
    }

    /// Words for a message: `a, b or c`.
    static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// A text without spaces and tabs around it.
    static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private func number(_ name: String, _ what: String, in range: ClosedRange<Int>, default other: String) -> Int? {
        guard let text = string(name) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
        else {
            refuse(
                name, text, "which is no whole \(what) from \(range.lowerBound) to \(range.upperBound)",
                instead: "\(other) counts")
            return nil
        }
        return number
    }
}
