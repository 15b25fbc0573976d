import Testing
import VitalsMetrics
import VitalsOTLP

@testable import Vitals

/// What counts where several say something about the resource.
@Suite struct ResourceTests {
    private func resource(_ configuration: Configuration, _ root: MadeUpRoot? = nil) -> Attributes {
        Resource.attributes(of: configuration, files: root?.files ?? SystemFiles(root: "/nowhere"))
    }

    @Test func aServiceWithoutANameIsUnknownByTheNameOfItsProgram() throws {
        let root = try MadeUpRoot([:], links: ["/proc/self/exe": "/opt/shop"])
        var configuration = Said.configuration([:]).configuration
        configuration.detectors = []
        #expect(resource(configuration, root)["service.name"] == "unknown_service:shop")
        #expect(resource(configuration)["service.name"] == "unknown_service")
    }

    @Test func theLibrarySaysWhatItIsAndEachProcessHasANumber() throws {
        var configuration = Said.configuration([:], service: "shop").configuration
        configuration.detectors = []
        let attributes = resource(configuration)
        let instance = try #require(attributes["service.instance.id"]?.description)
        #expect(
            attributes == [
                "service.name": "shop", "service.instance.id": .string(instance), "telemetry.sdk.language": "swift",
                "telemetry.sdk.name": "vitals", "telemetry.sdk.version": .string(VitalsVersion.current),
            ])
        #expect(
            instance.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        #expect(resource(configuration)["service.instance.id"] == .string(instance))
    }

    @Test func detectorsMayBeLeftOut() {
        var configuration = Said.configuration([:], service: "shop").configuration
        for (detectors, key) in [
            (ResourceDetectors.process, "process.pid"), (.host, "host.arch"), (.os, "os.type"),
        ] {
            configuration.detectors = detectors
            let prefixes = Set(resource(configuration).map { $0.key.split(separator: ".")[0] })
            #expect(prefixes == ["service", "telemetry", key.split(separator: ".")[0]])
        }
    }

    static let name =
        [
            // What is said, from the least on, and what counts.
            ([:], nil, "unknown_service"),
            (["SERVICE_NAME": "a"], nil, "a"),
            (["SERVICE_NAME": "a", "OTEL_RESOURCE_ATTRIBUTES": "service.name=b"], nil, "b"),
            (["SERVICE_NAME": "a", "OTEL_RESOURCE_ATTRIBUTES": "service.name="], nil, "a"),
            (["OTEL_RESOURCE_ATTRIBUTES": "service.name=b", "OTEL_SERVICE_NAME": "c"], nil, "c"),
            (["OTEL_RESOURCE_ATTRIBUTES": "service.name=b", "OTEL_SERVICE_NAME": ""], nil, "b"),
            (["OTEL_RESOURCE_ATTRIBUTES": "service.name=b", "OTEL_SERVICE_NAME": "c"], "d", "d"),
            (["OTEL_SERVICE_NAME": "c"], "", "c"),
        ] as [([String: String], String?, String)]

    @Test(arguments: name)
    func theNameOfTheServiceIsWhatIsSaidWithTheMostWeight(
        variables: [String: String], argument: String?, name: String
    ) {
        let configuration = Said.configuration(variables, service: argument).configuration
        #expect(resource(configuration)["service.name"] == .string(name))
    }

    static let version =
        [
            (["OTEL_RESOURCE_ATTRIBUTES": "service.version=1"], nil, "1"),
            (["OTEL_RESOURCE_ATTRIBUTES": "service.version=1", "OTEL_SERVICE_VERSION": "2"], nil, "2"),
            (["OTEL_RESOURCE_ATTRIBUTES": "service.version=1", "OTEL_SERVICE_VERSION": "2"], "3", "3"),
            ([:], nil, nil),
        ] as [([String: String], String?, String?)]

    @Test(arguments: version)
    func soIsTheVersion(variables: [String: String], argument: String?, version: String?) {
        let configuration = Said.configuration(variables, version: argument).configuration
        #expect(resource(configuration)["service.version"] == version.map { .string($0) })
    }

    static let environment =
        [
            (["RUST_ENV": "a"], nil, "a"),
            (["RUST_ENV": "a", "ENVIRONMENT": "b"], nil, "b"),
            (["ENVIRONMENT": "b", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=c"], nil, "c"),
            (["OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=c"], "d", "d"),
            ([:], nil, nil),
        ] as [([String: String], String?, String?)]

    @Test(arguments: environment)
    func soIsTheEnvironment(variables: [String: String], argument: String?, environment: String?) {
        let configuration = Said.configuration(variables, environment: argument).configuration
        #expect(resource(configuration)["deployment.environment.name"] == environment.map { .string($0) })
    }

    @Test func attributesCountFromTheDetectorsUpToTheProgram() throws {
        let root = try MadeUpRoot(["/proc/sys/kernel/hostname": "found"])
        var configuration = Said.configuration([:], service: "shop").configuration
        #expect(resource(configuration, root)["host.name"] == "found")
        configuration =
            Said.configuration(
                ["OTEL_RESOURCE_ATTRIBUTES": "host.name=said,team=shop,telemetry.sdk.name=fork"]).configuration
        #expect(resource(configuration, root)["host.name"] == "said")
        #expect(resource(configuration, root)["team"] == "shop")
        #expect(resource(configuration, root)["telemetry.sdk.name"] == "fork")
        configuration.resource = ["host.name": "coded", "service.name": "coded"]
        #expect(resource(configuration, root)["host.name"] == "coded")
        #expect(resource(configuration, root)["team"] == "shop")
        #expect(resource(configuration, root)["service.name"] == "coded")
    }

    @Test func aPropertyThatTheProgramAssignsCounts() {
        var configuration = Said.configuration(
            ["OTEL_RESOURCE_ATTRIBUTES": "service.version=1", "OTEL_SERVICE_NAME": "said"]).configuration
        #expect(configuration.service == "said")
        #expect(configuration.version == "1")
        configuration.service = "assigned"
        configuration.version = ""
        #expect(resource(configuration)["service.name"] == "assigned")
        #expect(resource(configuration)["service.version"] == nil)
    }

    @Test func attributesWithAnErrorAreReportedAndOtherVariablesCount() {
        let read = Said.configuration(["OTEL_RESOURCE_ATTRIBUTES": "service.name=a,b", "SERVICE_NAME": "c"])
        #expect(read.configuration.service == "c")
        #expect(
            read.warnings == [
                "OTEL_RESOURCE_ATTRIBUTES is \"service.name=a,b\", whose member 2 has no \"=\": nothing of it counts"
            ])
    }
}
