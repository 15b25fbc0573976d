/// The version of Swift that runs.
enum SwiftRuntime {
    static let version = String(describing: _SwiftStdlibVersion.current)
}
