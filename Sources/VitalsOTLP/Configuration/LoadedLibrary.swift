/// Libraries that are loaded when they are needed.
enum LoadedLibrary {
    /// Why a library could not be loaded; nil if it is there.
    static func problem(_ load: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
            guard let start = reason.baseAddress else { return "no memory" }
            return load(start, reason.count) ? nil : String(cString: start)
        }
    }
}
