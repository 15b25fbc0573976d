/// The version of Vitals.
package enum VitalsVersion {
    /// As in a user agent and in the resource.
    package static let current = "0.5.0"
}
