/// How requests are packed.
public struct OTLPCompression: Sendable, Hashable {
    let name: String

    /// As they are.
    public static let none = OTLPCompression(name: "none")
    /// With gzip.
    public static let gzip = OTLPCompression(name: "gzip")
}
