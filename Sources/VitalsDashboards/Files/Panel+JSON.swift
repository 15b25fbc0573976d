extension Panel {
    /// The panel as Grafana has it.
    func json(id: JSON, position: JSON) -> JSON {
        var members: [(String, JSON)] = [
            ("id", id), ("type", .string(kind.name)), ("title", .string(title)), ("description", .string(description)),
            ("gridPos", position), ("datasource", .source),
            (
                "fieldConfig",
                ["defaults": .object(fieldDefaults), "overrides": .array(overrides)]
            ), ("options", .object(options)),
        ]
        if let interval { members.append(("interval", .string(interval))) }
        if kind == .table { members.append(("transformations", columns)) }
        members.append(
            ("targets", .array(targets.enumerated().map { $1.json(letter: Self.letter($0), of: kind) })))
        return .object(members)
    }

    private var fieldDefaults: [(String, JSON)] {
        let steps = limits.isEmpty ? thresholds.steps : Thresholds.lines(limits).steps
        var defaults: [(String, JSON)] = [
            ("unit", .string(unit.name)), ("color", ["mode": .string(colourMode)]),
            ("thresholds", ["mode": "absolute", "steps": .array(steps.map(\.json))]), ("mappings", []),
        ]
        if let minimum, kind != .heatmap { defaults.append(("min", .number(minimum))) }
        if kind == .gauge { defaults.append(("max", 1)) }
        if kind == .timeseries { defaults.append(("custom", lines)) }
        if kind == .heatmap { defaults.append(("custom", ["scaleDistribution": ["type": "linear"]])) }
        if let link, kind != .table { defaults.append(("links", [Self.link(link)])) }
        return defaults
    }

    private var colourMode: String {
        switch kind {
        case .stat, .gauge, .table: "thresholds"
        case .timeseries, .heatmap, .alerts: "palette-classic"
        }
    }

    private var lines: JSON {
        [
            "drawStyle": "line", "lineWidth": 1, "fillOpacity": isStacked ? 30 : 10, "gradientMode": "none",
            "lineInterpolation": "linear", "showPoints": "never", "spanNulls": false, "axisPlacement": "auto",
            "stacking": ["mode": isStacked ? "normal" : "none", "group": "A"],
            "thresholdsStyle": ["mode": limits.isEmpty ? "off" : "dashed"],
        ]
    }

    private var overrides: [JSON] {
        var overrides: [JSON] = colours.map { names, colour in
            [
                "matcher": ["id": "byRegexp", "options": .string(names)],
                "properties": [["id": "color", "value": ["mode": "fixed", "fixedColor": .string(colour)]]],
            ]
        }
        guard kind == .table else { return overrides }
        for target in targets {
            guard let unit = target.unit else { continue }
            overrides.append([
                "matcher": ["id": "byName", "options": .string(target.legend)],
                "properties": [["id": "unit", "value": .string(unit.name)]],
            ])
        }
        if let link, let first = targets.first {
            overrides.append([
                "matcher": ["id": "byName", "options": .string(first.legend)],
                "properties": [["id": "links", "value": [Self.link(link)]]],
            ])
        }
        return overrides
    }

    private static func link(_ link: (title: String, url: String)) -> JSON {
        ["title": .string(link.title), "url": .string(link.url), "targetBlank": false]
    }

    private var options: [(String, JSON)] {
        let last: JSON = ["calcs": ["lastNotNull"], "fields": "", "values": false]
        switch kind {
        case .timeseries:
            return [
                (
                    "legend",
                    [
                        "displayMode": "table", "placement": "bottom", "showLegend": true,
                        "calcs": ["lastNotNull", "mean", "max"], "sortBy": "Last *", "sortDesc": true,
                    ]
                ), ("tooltip", ["mode": "multi", "sort": "desc"]),
            ]
        case .stat:
            return [
                ("reduceOptions", last), ("colorMode", "value"), ("graphMode", "area"), ("justifyMode", "auto"),
                ("orientation", "auto"), ("textMode", "auto"),
            ]
        case .gauge:
            return [
                ("reduceOptions", last), ("orientation", "auto"), ("showThresholdLabels", false),
                ("showThresholdMarkers", true),
            ]
        case .heatmap: return heatmapOptions
        case .table: return [("showHeader", true), ("cellHeight", "sm")]
        case .alerts:
            return [
                ("alertInstanceLabelFilter", "{job=~\"${job:regex}\"}"), ("alertName", ""),
                ("dashboardAlerts", false),
                ("groupBy", []), ("groupMode", "default"), ("maxItems", 20), ("sortOrder", 3), ("viewMode", "list"),
                (
                    "stateFilter",
                    [
                        "firing": true, "pending": true, "recovering": true, "noData": false, "normal": false,
                        "error": true,
                    ]
                ),
            ]
        }
    }

    private var heatmapOptions: [(String, JSON)] {
        [
            ("calculate", false), ("cellGap", 1), ("showValue", "never"), ("legend", ["show": true]),
            (
                "color",
                [
                    "mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5, "steps": 64,
                    "scale": "exponential", "reverse": false,
                ]
            ), ("exemplars", ["color": "rgba(255, 0, 255, 0.7)"]), ("filterValues", ["le": 1e-9]),
            ("rowsFrame", ["layout": "auto"]),
            ("tooltip", ["mode": "single", "yHistogram": true, "showColorScale": false]),
            ("yAxis", ["axisPlacement": "left", "reverse": false, "unit": .string(unit.name)]),
        ]
    }

    /// By which a query is known in its panel: A to Z, then AA, AB and so on.
    private static func letter(_ index: Int) -> String {
        let last = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? last : letter(index / 26 - 1) + last
    }

    /// The queries beside each other, and nothing of Prometheus' own columns.
    private var columns: JSON {
        let values = targets.count == 1 ? ["Value"] : targets.indices.map { "Value #\(Self.letter($0))" }
        let names = zip(values, targets).map { ($0, JSON.string($1.legend)) }
        let organize: JSON = [
            "id": "organize",
            "options": ["excludeByName": ["Time": true], "indexByName": [:], "renameByName": .object(names)],
        ]
        return targets.count == 1 ? [organize] : [["id": "merge", "options": [:]], organize]
    }
}

extension Panel.Kind {
    /// What Grafana calls it.
    var name: String {
        switch self {
        case .timeseries: "timeseries"
        case .stat: "stat"
        case .gauge: "gauge"
        case .heatmap: "heatmap"
        case .table: "table"
        case .alerts: "alertlist"
        }
    }
}

extension Target {
    func json(letter: String, of kind: Panel.Kind) -> JSON {
        let format: JSON =
            switch kind {
            case .heatmap: "heatmap"
            case .table: "table"
            default: "time_series"
            }
        return [
            "refId": .string(letter), "datasource": .source, "editorMode": "code", "expr": .string(query),
            "legendFormat": .string(legend), "format": format, "exemplar": .bool(hasExemplars),
            "instant": .bool(kind == .table), "range": .bool(kind != .table),
        ]
    }
}

extension Thresholds.Step {
    var json: JSON { ["color": .string(colour), "value": value.map(JSON.number) ?? .null] }
}
