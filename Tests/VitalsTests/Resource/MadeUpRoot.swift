import Foundation

@testable import Vitals

/// A root folder with the files that a test says, gone with the test.
final class MadeUpRoot: Sendable {
    let path: String

    init(_ files: [String: String], links: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "vitals-root-\(UUID().uuidString)").path()
        for (name, text) in files {
            try makeFolder(of: name)
            try Data(text.utf8).write(to: URL(filePath: path + name))
        }
        for (name, target) in links {
            try makeFolder(of: name)
            try FileManager.default.createSymbolicLink(atPath: path + name, withDestinationPath: target)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var files: SystemFiles { SystemFiles(root: path) }

    private func makeFolder(of name: String) throws {
        let folder = URL(filePath: path + name).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
}
