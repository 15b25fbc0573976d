import CVitals
import VitalsMetrics

/// What the resource of a service says by default.
enum Resource {
    /// The version of Vitals.
    static let libraryVersion = "0.3.0"

    /// The attributes of a configuration; those given in code count where both have a key.
    static func attributes(of configuration: Configuration) -> Attributes {
        var attributes: Attributes = [
            "service.name": .string(configuration.service),
            "service.instance.id": .string(instance),
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.name": "vitals",
            "telemetry.sdk.version": .string(libraryVersion),
        ]
        if !configuration.version.isEmpty { attributes["service.version"] = .string(configuration.version) }
        if !configuration.environment.isEmpty {
            attributes["deployment.environment.name"] = .string(configuration.environment)
        }
        return attributes.merging(configuration.resource)
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
