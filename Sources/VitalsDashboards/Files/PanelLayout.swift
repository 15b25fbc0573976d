/// Gives each row and panel its place and its number, in the order of the page.
struct PanelLayout {
    private static let columns = 24
    private var nextID = 1
    private var x = 0
    private var y = 0
    /// Below the panels of the line that is being filled.
    private var bottom = 0

    /// The panels as Grafana has them: those of a collapsed row are inside it, others come after it.
    static func panels(of rows: [Row]) -> [JSON] {
        var layout = PanelLayout()
        return rows.flatMap { layout.place($0) }
    }

    private mutating func place(_ row: Row) -> [JSON] {
        let top = bottom
        (x, y) = (0, top)
        var heading: [(String, JSON)] = [
            ("id", number()), ("type", "row"), ("title", .string(row.title)), ("collapsed", .bool(row.isCollapsed)),
            ("gridPos", position(width: Self.columns, height: 1)),
        ]
        if let variable = row.repeats { heading.append(("repeat", .string(variable))) }
        let panels = row.panels.map { panel in
            panel.json(id: number(), position: position(width: panel.width, height: panel.height))
        }
        heading.append(("panels", row.isCollapsed ? .array(panels) : []))
        // What is not shown takes no room; when it is opened, Grafana moves what is below.
        if row.isCollapsed { bottom = top + 1 }
        return [.object(heading)] + (row.isCollapsed ? [] : panels)
    }

    private mutating func number() -> JSON {
        defer { nextID += 1 }
        return .number(Double(nextID))
    }

    /// The next free place, in the next line if there is none left in this one.
    private mutating func position(width: Int, height: Int) -> JSON {
        if x + width > Self.columns { (x, y) = (0, bottom) }
        defer {
            x += width
            bottom = max(bottom, y + height)
        }
        return [
            "h": .number(Double(height)), "w": .number(Double(width)), "x": .number(Double(x)), "y": .number(Double(y)),
        ]
    }
}
