import VitalsMetrics

/// Which families of a directory an exposition shows, in which order, and under which names.
final class ExpositionPlan {
    let directory: FamilyDirectory
    /// The positions in the directory, sorted by the names that are shown; those of one name stand together.
    let order: [Int]
    private let byFamily: [ObjectIdentifier: Member]

    /// One stream of a family that is shown.
    struct Member {
        let family: ExposedFamily
        let labels: LabelCache
    }

    init(directory: FamilyDirectory, order: [Int], members: [ObjectIdentifier: Member]) {
        self.directory = directory
        self.order = order
        byFamily = members
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
