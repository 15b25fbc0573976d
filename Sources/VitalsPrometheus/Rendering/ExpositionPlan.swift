import VitalsMetrics

/// Which families of a directory an exposition shows, in which order, and under which names.
final class ExpositionPlan {
    let directory: FamilyDirectory
    /// The positions in the directory, sorted by the names that are shown; those of one name stand together. Where
    /// several exponential histograms share a name these come once more before them, to be measured.
    let order: [Int]
    /// Those that come twice.
    let measured: Set<ObjectIdentifier>
    private let byFamily: [ObjectIdentifier: Member]

    /// One stream of a family that is shown.
    struct Member {
        let family: ExposedFamily
        let labels: LabelCache
    }

    init(directory: FamilyDirectory, order: [Int], members: [ObjectIdentifier: Member]) {
        self.directory = directory
        byFamily = members
        var visits: [Int] = []
        var measured: Set<ObjectIdentifier> = []
        var rest = order[...]
        while let first = rest.first {
            let family = members[directory.families[first].id]?.family
            let group = rest.prefix { members[directory.families[$0].id]?.family === family }
            let exponential = group.filter {
                if case .exponential = directory.families[$0].data { true } else { false }
            }
            if exponential.count > 1 {
                visits += exponential
                measured.formUnion(exponential.map { directory.families[$0].id })
            }
            visits += group
            rest = rest.dropFirst(group.count)
        }
        self.order = visits
        self.measured = measured
    }

    func member(_ id: ObjectIdentifier) -> Member? { byFamily[id] }

    /// The positions of the families with these names; a counter has two, with and without `_total`.
    func order(only names: Set<String>) -> [Int] {
        order.filter { index in
            guard let name = byFamily[directory.families[index].id]?.family.name else { return false }
            return names.contains(name.sample) || names.contains(name.family)
        }
    }
}
