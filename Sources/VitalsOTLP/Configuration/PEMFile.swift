import Glibc

/// A look into files of keys and certificates.
enum PEMFile {
    /// No such file is larger: those of all public authorities have a quarter of it.
    private static let mostBytes = 1 << 20

    /// Makes sure that a file can be read and holds a block of the kind.
    static func check(_ path: String, holds kind: String) throws(OTLPError) {
        let text = try text(path)
        let hasBlock = text.split(separator: "\n").contains { line in
            line.hasPrefix("-----BEGIN ") && line.contains("\(kind)-----")
        }
        if !hasBlock { throw .security(path, "it holds no \(kind.lowercased()) in PEM form (-----BEGIN \(kind)-----)") }
    }

    private static func text(_ path: String) throws(OTLPError) -> String {
        // Not blocking: a pipe in the place of a file must not hold the program up.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .security(path, String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < mostBytes {
            let count = read(file, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .security(path, String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += part[..<count]
        }
        // Carriage returns are letters of their own to Swift only when apart from the line feed.
        return String(decoding: bytes.filter { $0 != 0x0D }, as: UTF8.self)
    }
}
