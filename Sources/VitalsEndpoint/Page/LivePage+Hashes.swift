// Written by scripts/page-hashes.py.

extension LivePage {
    /// The SHA-256 of the page's one script, in base64.
    static let scriptHash = "Aoxg5FjFEsihWH2wRAzPQ5WB/pe8tnJIQFLD67RNsY4="
    /// The SHA-256 of the page's one style sheet, in base64.
    static let styleHash = "rsgrqi43rex3D22jqLAZNqwbQzlyta4MDfzrxjdJkH8="
}
