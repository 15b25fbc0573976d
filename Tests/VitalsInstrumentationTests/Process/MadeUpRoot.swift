import Foundation

@testable import VitalsInstrumentation

/// A root folder with the files that a test says, gone with the test.
final class MadeUpRoot: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "vitals-root-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, Array(text.utf8)) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var files: SystemFiles { SystemFiles(root: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: path + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + name)
    }
}

extension String {
    /// As the bytes of a file.
    var systemText: SystemText { Array(utf8)[...] }
}
