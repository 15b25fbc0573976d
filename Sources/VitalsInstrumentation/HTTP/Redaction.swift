/// URLs and queries without what nobody else may see.
enum Redaction {
    private static let placeholder = "REDACTED"

    /// Names of parameters that are secrets, in lower case and without what joins words.
    private static let secrets: Set<String> = [
        "auth", "code", "jwt", "otp", "pass", "passwd", "pin", "pwd", "refresh", "samlrequest", "samlresponse",
        "session",
        "sid", "sig", "totp",
    ]
    /// What the names of others contain. Those that end in `key` are secrets as well.
    private static let secretParts = [
        "accesskey", "apikey", "assertion", "authorization", "credential", "password", "passphrase", "secret",
        "sessionid", "signature", "token",
    ]

    /// A URL without the name and password in it, and without the values of secret parameters.
    static func url(_ url: String) -> String {
        let authority = HTTPAddress.authority(of: url)
        // What is no valid address may have a password anywhere.
        let place =
            HTTPAddress(url: url) == nil ? url.utf8[(authority?.startIndex ?? url.startIndex)...] : authority
        guard let place, let at = place.lastIndex(of: UInt8(ascii: "@")) else { return query(url) }
        let hidden = place[..<at].contains(UInt8(ascii: ":")) ? "\(placeholder):\(placeholder)" : placeholder
        return query(url[..<place.startIndex] + hidden + url[at...])
    }

    /// A query, or a URL with one, without the values of secret parameters.
    static func query(_ text: some StringProtocol) -> String {
        var redacted = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            let item = rest.utf8.prefix { !separates($0) }
            if let equals = item.firstIndex(of: UInt8(ascii: "=")), isSecret(item[..<equals]) {
                redacted += rest[...equals] + placeholder
            } else {
                redacted += Substring(item)
            }
            rest = rest[item.endIndex...]
            guard let separator = rest.unicodeScalars.popFirst() else { break }
            redacted.unicodeScalars.append(separator)
        }
        return redacted
    }

    /// What an error says, with its URLs as they may be shown: clients quote those that they could not reach.
    static func words(_ text: String) -> String {
        var redacted = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            let word = Substring(rest.utf8.prefix { !endsURL($0) })
            if word.contains("://") {
                redacted += url(String(word))
            } else {
                let query = word.utf8.firstIndex(of: UInt8(ascii: "?")) ?? word.endIndex
                redacted += word[..<query] + self.query(word[query...])
            }
            rest = rest[word.endIndex...]
            guard let end = rest.unicodeScalars.popFirst() else { break }
            redacted.unicodeScalars.append(end)
        }
        return redacted
    }

    /// What no URL has in it, and texts have around one.
    private static func endsURL(_ byte: UInt8) -> Bool {
        byte <= UInt8(ascii: " ") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<")
            || byte == UInt8(ascii: ">")
    }

    private static func separates(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "#"): true
        default: false
        }
    }

    private static func isSecret(_ name: Substring.UTF8View) -> Bool {
        // Both the list and its item may tell in `card[pin]` and in `key[]`.
        plain(name).split { $0 == "[" || $0 == "]" }.contains { word in
            secrets.contains(String(word)) || word.hasSuffix("key") || secretParts.contains { word.contains($0) }
        }
    }

    /// A name decoded, in lower case and without what joins words: `X-Amz-Signature` and `x%2Damz_signature` are one.
    private static func plain(_ name: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            var decoded = byte
            if byte == UInt8(ascii: "%"), digits.count == 2, let code = UInt8(String(Substring(digits)), radix: 16) {
                decoded = code
                rest.removeFirst(2)
            }
            switch decoded {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(decoded | 0x20)
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): break
            default: bytes.append(decoded)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
