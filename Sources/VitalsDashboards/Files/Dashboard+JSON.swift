extension Dashboard {
    /// Of what Grafana calls its classic model, which every version imports, this is the newest one.
    private static let schemaVersion = 42

    /// The dashboard as Grafana imports it.
    public var json: String {
        let source = JSON.source
        let annotations: [JSON] = [
            [
                "builtIn": 1, "datasource": ["type": "grafana", "uid": "-- Grafana --"], "enable": true, "hide": true,
                "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
            ],
            annotation(
                "Restarts", "changes(process_start_time_seconds{\(scope)}[$__rate_interval]) > 0", colour: "orange",
                text: "{{job}} {{instance}} began anew", keys: "job,instance"),
            annotation(
                "Deployments",
                "count by (job, service_version) (target_info{\(scope)}) unless "
                    + "count by (job, service_version) (target_info{\(scope)} offset 5m)",
                colour: "blue", text: "{{job}} {{service_version}}", keys: "job,service_version"),
        ]
        let choice: JSON = [
            "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "current": [:],
            "hide": 0, "includeAll": false, "multi": false, "options": [], "refresh": 1, "regex": "",
        ]
        let link: JSON = [
            "type": "dashboards", "title": .string(familyTitle), "tags": [.string(family)], "asDropdown": true,
            "includeVars": true, "keepTime": true, "icon": "external link", "targetBlank": false, "tooltip": "",
            "url": "",
        ]
        let whole: JSON = [
            "uid": .string(uid), "title": .string("\(familyTitle) / \(title)"), "description": .string(description),
            "tags": [.string(family), .string(name)], "schemaVersion": .number(Double(Self.schemaVersion)),
            "editable": false, "timezone": "browser", "refresh": "30s", "time": ["from": "now-1h", "to": "now"],
            "timepicker": [:], "weekStart": "", "fiscalYearStartMonth": 0, "graphTooltip": 1, "liveNow": false,
            "links": [link], "annotations": ["list": .array(annotations)],
            "templating": ["list": .array([choice] + allVariables.map(\.json))],
            "panels": .array(PanelLayout.panels(of: rows)),
        ]
        return whole.text + "\n"

        func annotation(_ name: JSON, _ query: String, colour: JSON, text: JSON, keys: JSON) -> JSON {
            [
                "datasource": source, "enable": true, "expr": .string(query), "iconColor": colour, "name": name,
                "tagKeys": keys, "textFormat": text, "titleFormat": name,
            ]
        }
    }

    private var scope: String { isPerInstance ? Metric.instances : Metric.jobs }

    private var allVariables: [Variable] {
        let instance = isPerInstance ? [Variable.instance(Self.discovery)] : []
        return [.job(Self.discovery)] + instance + variables
    }
}

extension Variable {
    var json: JSON {
        [
            "name": .string(name), "label": .string(title), "type": "query", "datasource": JSON.source,
            "query": .string(query), "definition": .string(query), "refresh": 2, "multi": true, "includeAll": true,
            "allValue": ".+", "sort": 1, "hide": 0, "regex": "", "options": [],
            "current": ["selected": true, "text": ["All"], "value": ["$__all"]],
        ]
    }
}

extension JSON {
    /// The data source that was chosen at the top.
    static let source: JSON = ["type": "prometheus", "uid": "${datasource}"]
}
