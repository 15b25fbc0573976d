extension Dashboard {
    /// What is wrong with it, if something is: what Grafana would refuse or draw as nothing.
    var problem: String? {
        guard Self.isName(name), Self.isName(family), uid.utf8.count <= 40 else {
            return
                "the dashboard \"\(uid)\" cannot be called that: a family and a name of the letters a to z, digits and -, "
                + "with at most 40 together"
        }
        if title.isEmpty { return "the dashboard \"\(uid)\" has no title" }
        let names = ["job", "instance"].prefix(isPerInstance ? 2 : 1) + variables.map(\.name)
        for row in rows {
            if let variable = row.repeats, !names.contains(variable) {
                return
                    "the dashboard \"\(uid)\" repeats the row \"\(row.title)\" for a variable that it does not have: "
                    + "\"\(variable)\""
            }
            for panel in row.panels {
                if let problem = panel.problem { return "the dashboard \"\(uid)\": \(problem)" }
            }
        }
        return nil
    }

    /// A name in addresses and of files.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension Panel {
    fileprivate var problem: String? {
        if title.isEmpty { return "a panel has no title" }
        if description.isEmpty {
            return "the panel \"\(title)\" has no description: what does it mean, and what is bad?"
        }
        if kind != .alerts, targets.isEmpty { return "the panel \"\(title)\" asks nothing" }
        if targets.contains(where: \.query.isEmpty) { return "a query of the panel \"\(title)\" is empty" }
        let legends = targets.map(\.legend)
        if kind == .table, Set(legends).count < legends.count {
            return "the table \"\(title)\" has two columns of one name: \(legends)"
        }
        return nil
    }
}
