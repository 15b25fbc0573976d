/// stub
package enum LivePage {
    package static let html: [UInt8] = Array("<p>soon".utf8);
    package static let contentSecurityPolicy = "default-src 'none'"
}
