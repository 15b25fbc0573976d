/// How the lines of one sample begin: `name{` before labels and `name ` where there are none. A name outside the classic
/// set stands in the braces: `{"a.b",` and `{"a.b"} `.
///
/// Plain memory of whoever made it, so that a loop over lines counts no references.
struct SampleLine {
    let labelled: UnsafeRawBufferPointer
    let bare: UnsafeRawBufferPointer

    init(_ name: String, isQuoted: Bool) {
        if isQuoted {
            let quoted = "{\"\(Self.escaped(name))\""
            labelled = Self.copy("\(quoted),")
            bare = Self.copy("\(quoted)} ")
        } else {
            labelled = Self.copy("\(name){")
            bare = Self.copy("\(name) ")
        }
    }

    func deallocate() {
        labelled.deallocate()
        bare.deallocate()
    }

    private static func copy(_ text: String) -> UnsafeRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        memory.copyBytes(from: text.utf8)
        return UnsafeRawBufferPointer(memory)
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
