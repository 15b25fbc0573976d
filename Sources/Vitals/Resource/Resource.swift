import CVitals
import VitalsMetrics
import VitalsOTLP

/// What the resource of a service says by default.
enum Resource {
    /// The attributes of a configuration. Of two with one key counts, from the least to the most: what is so by default,
    /// what was found out, the environment, the properties of the configuration, its attributes.
    static func attributes(of configuration: Configuration, files: SystemFiles = SystemFiles()) -> Attributes {
        let process = ProcessDetector(files: files)
        let unknown = process.executableName.map { "unknown_service:\($0)" } ?? "unknown_service"
        let own: Attributes = [
            "service.name": .string(unknown),
            "service.instance.id": .string(instance),
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.name": "vitals",
            "telemetry.sdk.version": .string(VitalsVersion.current),
        ]
        var found: Attributes = [:]
        let detectors = configuration.detectors
        if detectors.contains(.process) { found = found.merging(process.attributes) }
        if detectors.contains(.host) { found = found.merging(HostDetector(files: files).attributes) }
        if detectors.contains(.os) { found = found.merging(SystemDetector(files: files).attributes) }
        if detectors.contains(.container) { found = found.merging(ContainerDetector(files: files).attributes) }

        var properties: Attributes = [:]
        for (key, text) in [
            ("service.name", configuration.service), ("service.version", configuration.version),
            ("deployment.environment.name", configuration.environment),
        ] where !text.isEmpty {
            properties[key] = .string(text)
        }
        return own.merging(found).merging(configuration.environmentResource).merging(properties)
            .merging(configuration.resource)
    }

    /// A random UUID, the same for as long as the process runs.
    private static let instance: String = {
        // Version 4, variant 1.
        let high = vitals_random() & ~0xF000 | 0x4000
        let low = vitals_random() & ~(0b11 << 62) | 0b10 << 62
        func hexadecimal(_ number: UInt64, _ digits: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return [
            hexadecimal(high >> 32, 8), hexadecimal(high >> 16 & 0xFFFF, 4), hexadecimal(high & 0xFFFF, 4),
            hexadecimal(low >> 48, 4), hexadecimal(low & 0xFFFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }()
}
