// Written by scripts/page-hashes.py.

extension LivePage {
    /// The SHA-256 of the page's one script, in base64.
    static let scriptHash = "Sz3RDWK8IsZgkJhPMTBWSjRopyzYAoN1RXMDPHTtUCM="
    /// The SHA-256 of the page's one style sheet, in base64.
    static let styleHash = "+EdsomKHkIFKcjbefDCRdygnX9i92p1OKnT1yTvTu+8="
}
