/// Reads options one after another, as `--name value` or `--name=value`.
struct OptionReader {
    private var rest: ArraySlice<String>
    private var name = ""
    /// What stood behind the equals sign.
    private var attached: String?

    init(_ arguments: some Sequence<String>) {
        rest = Array(arguments)[...]
    }

    /// The name of the next option; nil if there is none.
    mutating func next() throws(UsageError) -> String? {
        if let attached { throw UsageError(description: "\(name) takes no value, but was given '\(attached)'") }
        guard let word = rest.popFirst() else { return nil }
        guard word.hasPrefix("-") else {
            throw UsageError(
                description: "'\(word)' is not understood: it is neither an option nor, as the first word, `payment`")
        }
        if let equals = word.firstIndex(of: "=") {
            name = String(word[..<equals])
            attached = String(word[word.index(after: equals)...])
        } else {
            name = word
        }
        return name
    }

    /// The value of the option.
    mutating func text() throws(UsageError) -> String {
        let value = attached ?? rest.popFirst()
        attached = nil
        guard let value else { throw UsageError(description: "\(name) needs a value") }
        guard !value.isEmpty else { throw UsageError(description: "\(name) needs a value that is not empty") }
        return value
    }

    /// The value as an integer.
    mutating func integer(_ range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = try text()
        guard let number = Int(text), range.contains(number) else {
            throw wrong(text, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The value as a share.
    mutating func share() throws(UsageError) -> Double {
        let text = try text()
        guard let share = Double(text), (0...1).contains(share) else { throw wrong(text, "a share from 0 to 1") }
        return share
    }

    /// The value as a switch.
    mutating func isOn() throws(UsageError) -> Bool {
        switch try text() {
        case "on": return true
        case "off": return false
        case let other: throw wrong(other, "on or off")
        }
    }

    /// The value as the address of a service.
    mutating func address() throws(UsageError) -> ServiceAddress {
        let text = try text()
        // It may well hold a password, so the value is not shown.
        guard !text.contains("@") else {
            throw UsageError(description: "\(name) needs an address without a name and a password")
        }
        guard let address = ServiceAddress(text) else { throw wrong(text, "an address such as http://localhost:8081") }
        return address
    }

    /// The complaint about an option that nobody knows.
    func unknown() -> UsageError {
        UsageError(description: "there is no option \(name)")
    }

    private func wrong(_ value: String, _ wanted: String) -> UsageError {
        UsageError(description: "\(name) needs \(wanted), not '\(value)'")
    }
}
