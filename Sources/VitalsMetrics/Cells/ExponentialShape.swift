/// How large an exponential block may become, and how large it is.
struct ExponentialShape {
    var maxSize = 160
    var maxScale = ExponentialScale.highest
    var zeroThreshold = 0.0
    /// Buckets there is room for on each side; powers of two, or zero.
    var positiveCapacity = 0
    var negativeCapacity = 0
}
