/// Keys and certificates towards a peer, as paths of PEM files.
public struct OTLPSecurity: Sendable, Equatable {
    /// The authorities that may vouch for the peer; nil for those of the system.
    public var authorityFile: String?
    /// The certificate that is shown to the peer, followed by those between it and its authority.
    public var certificateFile: String?
    /// The certificate's key, without a passphrase; nil if it stands in the certificate's file.
    public var keyFile: String?
    /// Whether an endpoint of gRPC without a scheme is spoken to without TLS.
    public var isInsecure = false

    /// Authorities of the system, no certificate.
    public init() {}
}
