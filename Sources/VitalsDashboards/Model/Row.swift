/// A heading and the panels below it.
public struct Row: Sendable {
    let title: String
    let isCollapsed: Bool
    let repeats: String?
    let panels: [Panel]

    /// A row of panels, which stand from left to right and go on below.
    ///
    /// - Parameters:
    ///   - collapsed: Whether the panels are shown, and asked for, only when somebody opens the row.
    ///   - repeats: A variable; there is a row for each of its values.
    public init(_ title: String, collapsed: Bool = false, repeats: String? = nil, _ panels: [Panel]) {
        self.title = title
        isCollapsed = collapsed
        self.repeats = repeats
        self.panels = panels
    }
}
