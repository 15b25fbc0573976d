import Glibc
import Testing

@testable import VitalsOTLP

@Suite("Setting OTLP over HTTP up")
struct HTTPSettingsTests {
    @Test(
        "The path of the signal comes below a base, after exactly one slash",
        arguments: [
            ("http://c:4318", "http://c:4318/v1/metrics"), ("http://c:4318/", "http://c:4318/v1/metrics"),
            ("http://c:4318/mycol", "http://c:4318/mycol/v1/metrics"),
            ("http://c:4318/mycol//", "http://c:4318/mycol/v1/metrics"), ("http://c", "http://c:80/v1/metrics"),
            ("https://c", "https://c:443/v1/metrics"), ("http://[::1]:4318", "http://[::1]:4318/v1/metrics"),
            ("http://c/p?q=1#f", "http://c:80/p/v1/metrics?q=1"),
        ])
    func appends(_ base: String, _ url: String) throws {
        #expect(try HTTPTarget(.base(base), .metrics).url == url)
    }

    @Test(
        "An exact endpoint stays as it is, with a slash for no path",
        arguments: [
            ("http://c:4318", "http://c:4318/"), ("http://c/x/", "http://c:80/x/"), ("https://c?q", "https://c:443/?q"),
        ])
    func stays(_ text: String, _ url: String) throws {
        #expect(try HTTPTarget(.exact(text), .traces).url == url)
    }

    @Test("What is no URL of HTTP is refused", arguments: ["collector:4318", "unix:/run/c.sock", "ftp://c", ""])
    func refuses(_ text: String) {
        #expect(throws: OTLPError.self) { try HTTPTransport(HTTPSending.configuration(text)) }
    }

    @Test("Without libcurl the error says what to install and what does without it")
    func explains() throws {
        let error = try #require(throws: OTLPError.self) { try HTTPTransport.refuse("libcurl.so.4: no file") }
        #expect(
            error.description
                == "OTLP over HTTP needs libcurl 7.68 or later, which could not be loaded (libcurl.so.4: no file): install the package "
                + "libcurl4; OTLP over gRPC (OTEL_EXPORTER_OTLP_PROTOCOL=grpc) and /metrics do without it")
    }

    @Test("Files of keys and certificates are looked at in the beginning")
    func checksFiles() throws {
        let path = "/tmp/vitals-http-\(getpid())-\(UInt32.random(in: 0 ... .max)).pem"
        defer { unlink(path) }
        func fails(_ text: String?, _ change: (inout OTLPSecurity) -> Void) throws -> OTLPError? {
            unlink(path)
            if let text {
                let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
                _ = text.withCString { write(file, $0, strlen($0)) }
                close(file)
            }
            var configuration = HTTPSending.configuration("https://c")
            change(&configuration.tls)
            do {
                _ = try HTTPTransport(configuration)
                return nil
            } catch {
                return error
            }
        }
        let certificate = "-----BEGIN CERTIFICATE-----\r\nAA==\r\n-----END CERTIFICATE-----\r\n"
        let key = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n"
        #expect(try fails(nil) { $0.authorityFile = path } == .security(path, "No such file or directory"))
        #expect(try fails("nothing") { $0.authorityFile = path }?.description.contains("holds no certificate") == true)
        #expect(try fails(certificate) { $0.authorityFile = path } == nil)
        #expect(try fails(certificate) { $0.certificateFile = path }?.description.contains("private key") == true)
        #expect(try fails(certificate + key) { $0.certificateFile = path } == nil)
        #expect(try fails(key) { $0.keyFile = path }?.description.contains("needs its certificate") == true)
        #expect(try fails(nil) { $0.authorityFile = "/tmp" } != nil)
    }
}
