/// What becomes of characters that names in Prometheus did not have before version 3.
package enum EscapingScheme: Hashable, Sendable {
    /// Names are as they are, and quoted where they have to be.
    case allowUTF8
    /// Every such character becomes an underscore.
    case underscores
    /// Dots become `_dot_`, underscores are doubled.
    case dots
    /// Every such character becomes its code point between underscores.
    case values
}
