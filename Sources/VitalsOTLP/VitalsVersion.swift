/// The version of Vitals, as peers are told.
package enum VitalsVersion {
    /// The version.
    package static let current = "0.4.0"
}
