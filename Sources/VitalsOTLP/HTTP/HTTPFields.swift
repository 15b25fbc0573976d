/// The rules for header fields that are sent.
package enum HTTPFields {
    /// What the transport says itself: another value would contradict the message.
    private static let reserved: Set<String> = [
        "content-type", "content-encoding", "content-length", "transfer-encoding", "expect", "connection",
        "accept-encoding",
    ]

    /// Whether a field can be sent: its name is a token, its value cannot end the line, and it is not one of those that
    /// describe the message.
    package static func isLegal(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(isToken) && !reserved.contains(name.lowercased())
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    /// The line that makes libcurl send a field; one without a value has a form of its own.
    package static func line(_ name: String, _ value: String) -> String {
        value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? "\(name);" : "\(name): \(value)"
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
