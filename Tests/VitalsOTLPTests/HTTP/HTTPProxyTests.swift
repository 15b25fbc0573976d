import Glibc
import Testing

@testable import VitalsOTLP

@Suite("Proxies", .timeLimit(.minutes(2)))
struct HTTPProxyTests {
    // In processes of their own, as the environment belongs to all tests.

    @Test("The proxy of the environment is used, and gets the whole URL")
    func uses() async {
        await #expect(processExitsWith: .success) {
            let proxy = ScriptedHTTPServer { $1.answer(200) }
            setenv("http_proxy", proxy.url, 1)
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            let transport = try HTTPTransport(HTTPSending.configuration("http://collector.invalid:4318"))
            let answer = await HTTPSending.send(transport)
            #expect(answer.response != nil)
            #expect(proxy.received.first?.target == "http://collector.invalid:4318/v1/metrics")
        }
    }

    @Test("What no_proxy names is reached directly")
    func skips() async {
        await #expect(processExitsWith: .success) {
            let proxy = ScriptedHTTPServer { $1.answer(200) }
            let server = ScriptedHTTPServer { $1.answer(200) }
            setenv("http_proxy", proxy.url, 1)
            setenv("no_proxy", "127.0.0.1", 1)
            unsetenv("NO_PROXY")
            let transport = try HTTPTransport(HTTPSending.configuration(server.url))
            let answer = await HTTPSending.send(transport)
            #expect(answer.response != nil)
            #expect(proxy.connections == 0)
        }
    }
}
