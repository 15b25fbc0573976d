/// What an Authorization header claims.
enum Authorization: Equatable {
    case basic(user: [UInt8], password: [UInt8])
    case bearer([UInt8])
    case malformed

    init(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else {
            self = .malformed
            return
        }
        let words = parts[1].drop { $0 == " " }
        if HeaderText.isSame(String(parts[0]), "Bearer"), !words.isEmpty, words.utf8.count <= 4096 {
            self = .bearer(Array(words.utf8))
        } else if HeaderText.isSame(String(parts[0]), "Basic"), let bytes = Base64.decode(words.utf8),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        {
            let password = Array(bytes[(colon + 1)...])
            // What libcrypt takes; a NUL would hide the rest of the password from it.
            guard bytes.count < 512, !bytes.contains(0) else {
                self = .malformed
                return
            }
            self = .basic(user: Array(bytes[..<colon]), password: password)
        } else {
            self = .malformed
        }
    }
}
