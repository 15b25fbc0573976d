extension OTLPSecurity {
    /// Files that cannot be used are told at once and in plain words, not with each export.
    func check() throws(OTLPError) {
        if let path = authorityFile { try PEMFile.check(path, holds: "CERTIFICATE") }
        if let path = certificateFile {
            try PEMFile.check(path, holds: "CERTIFICATE")
            try PEMFile.check(keyFile ?? path, holds: "PRIVATE KEY")
        } else if let path = keyFile {
            throw .security(path, "a key needs its certificate; give that too")
        }
    }
}
