// Written by scripts/page-hashes.py.

extension LivePage {
    /// The SHA-256 of the page's one script, in base64.
    static let scriptHash = "fWxQRi8GAqhbivXXDcF65RR5atSaX+P8GQVDCCV76x0="
    /// The SHA-256 of the page's one style sheet, in base64.
    static let styleHash = "+EdsomKHkIFKcjbefDCRdygnX9i92p1OKnT1yTvTu+8="
}
