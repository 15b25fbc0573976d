import Glibc
import VitalsDashboards

// The dashboards that Vitals brings: written from what it measures, so that none of their panels can be dead.

do {
    let catalogue = try Product.catalogue()
    let dashboards = [
        try ServicesDashboard.make(catalogue),
        try StreamProcessorDashboard.make(catalogue),
        try ProcessDashboard.make(catalogue),
        try TelemetryPipelineDashboard.make(catalogue),
        ObjectivesDashboard.make(),
    ]
    exit(DashboardTool(dashboards, catalogue).run(CommandLine.arguments))
} catch {
    let problem = Array("the dashboards cannot be made: \(error)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, problem, problem.count)
    exit(1)
}
