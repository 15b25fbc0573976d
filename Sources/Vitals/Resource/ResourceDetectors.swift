/// What is found out about where a program runs.
public struct ResourceDetectors: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// The detectors of the given bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The process: number, executable, owner, runtime, when it began. Not its arguments, which may be secret.
    public static let process = ResourceDetectors(rawValue: 1)
    /// The machine: name, architecture, number.
    public static let host = ResourceDetectors(rawValue: 2)
    /// The operating system: name, version, build.
    public static let os = ResourceDetectors(rawValue: 4)
    /// The container: its id.
    public static let container = ResourceDetectors(rawValue: 8)
    /// All of them.
    public static let all: ResourceDetectors = [.process, .host, .os, .container]
}
