extension Sampler {
    /// As the parent; without one `root` decides. What becomes of the spans whose parent is of another service (`remote…`)
    /// or of this one (`local…`), and is sampled or not, can be left to other samplers.
    public static func parentBased(
        root: Sampler, remoteSampled: Sampler = .alwaysOn, remoteNotSampled: Sampler = .alwaysOff,
        localSampled: Sampler = .alwaysOn, localNotSampled: Sampler = .alwaysOff
    ) -> Sampler {
        let description =
            "ParentBased{root:\(root),remoteParentSampled:\(remoteSampled),remoteParentNotSampled:\(remoteNotSampled),"
            + "localParentSampled:\(localSampled),localParentNotSampled:\(localNotSampled)}"
        let isAsParent =
            remoteSampled.constant == .alwaysOn && remoteNotSampled.constant == .alwaysOff
            && localSampled.constant == .alwaysOn && localNotSampled.constant == .alwaysOff
        let constant: Constant? = isAsParent ? root.constant == .alwaysOn ? .parentAlwaysOn : .parentOrAsk : nil
        return Sampler(description, constant) { request in
            let parent = request.parent
            let chosen =
                switch (parent.hasSpan, parent.isRemote, parent.flags.contains(.sampled)) {
                case (false, _, _): root
                case (true, true, true): remoteSampled
                case (true, true, false): remoteNotSampled
                case (true, false, true): localSampled
                case (true, false, false): localNotSampled
                }
            return chosen.sample(request)
        }
    }
}
