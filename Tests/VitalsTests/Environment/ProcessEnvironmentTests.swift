import Foundation
import Testing
import VitalsMetrics

@testable import Vitals

/// The variables of the process itself, each time in a process of its own.
@Suite struct ProcessEnvironmentTests {
    @Test func theVariablesOfTheProcessAreReadAndEachComplaintIsMadeOnce() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            setenv("OTEL_SERVICE_NAME", "shop", 1)
            setenv("OTEL_EXPORTER_PROMETHEUS_PORT", "x", 1)
            for _ in 0..<3 {
                #expect(Configuration().service == "shop")
                #expect(Configuration(service: "other").service == "other")
            }
        }
        #expect(
            String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
                == "warning: OTEL_EXPORTER_PROMETHEUS_PORT is \"x\", which is no whole number from 0 to 65535: 9464 counts\n"
        )
    }

    @Test(
        arguments: [
            ("none", []), ("error", ["error"]), ("WARN", ["warning", "error"]), ("info", ["info", "warning", "error"]),
            ("debug", ["info", "warning", "error"]),
        ] as [(String, [String])])
    func standardErrorShowsWhatIsSeriousEnough(text: String, levels: [String]) async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            [text = text as String] in
            setenv("OTEL_LOG_LEVEL", text, 1)
            _ = Configuration()
            for level in [Diagnostics.Level.info, .warning, .error] { Diagnostics.log(level, "m") }
        }
        #expect(
            String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
                == levels.map { "\($0): m\n" }.joined())
    }

    @Test func aHandlerOfTheProgramHearsEverything() async {
        await #expect(processExitsWith: .success) {
            setenv("OTEL_LOG_LEVEL", "none", 1)
            let heard = Locked<[String]>([])
            Diagnostics.handle { _, message in heard.withLock { $0.append(message) } }
            _ = Configuration()
            Diagnostics.log(.info, "m")
            #expect(heard.withLock { $0 } == ["m"])
        }
    }

    @Test func aLevelThatNobodyKnowsIsReported() {
        let said = Said()
        #expect(said.environment(["OTEL_LOG_LEVEL": "loud"]).shownMessages() == nil)
        #expect(
            said.warnings == ["OTEL_LOG_LEVEL is \"loud\", which is not none, error, warn, info or debug: info counts"])
    }
}
