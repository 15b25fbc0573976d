import Glibc

@testable import storefront

/// A folder that is gone after the test, with the files in it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/storefront-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StartError(description: "a test has no folder: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
