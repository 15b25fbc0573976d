/// How the lines of one sample begin: `name{` before labels and `name ` where there are none. A name outside the classic
/// set stands in the braces: `{"a.b",` and `{"a.b"} `.
struct SampleLine {
    let labelled: [UInt8]
    let bare: [UInt8]

    init(_ name: String, isQuoted: Bool) {
        if isQuoted {
            let quoted = "{\"\(Self.escaped(name))\""
            labelled = Array("\(quoted),".utf8)
            bare = Array("\(quoted)} ".utf8)
        } else {
            labelled = Array("\(name){".utf8)
            bare = Array("\(name) ".utf8)
        }
    }

    /// Runs `body` with the bytes of both beginnings, so that a loop need not ask for them at each line.
    @inline(__always)
    func withBytes(_ body: (_ labelled: UnsafeRawBufferPointer, _ bare: UnsafeRawBufferPointer) -> Void) {
        labelled.withUnsafeBytes { labelled in bare.withUnsafeBytes { body(labelled, $0) } }
    }

    /// A name as it stands in TYPE, HELP and UNIT.
    static func inMetadata(_ name: String, isQuoted: Bool) -> String {
        isQuoted ? "\"\(escaped(name))\"" : name
    }

    private static func escaped(_ name: String) -> String {
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
