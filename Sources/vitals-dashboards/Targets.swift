import VitalsDashboards

/// Who is watched.
enum Targets {
    /// What processes say of themselves. The same one may come twice, with other labels: scraped, and with its spans.
    static let info = Metric.named("target_info")

    /// Whether the scraped instances answer, of the jobs that said something of themselves in the time shown: other targets
    /// of the same Prometheus are not ours.
    static let up =
        "(\(Metric.named("up").series()) and on (job) group by (job) (last_over_time(\(info.series())[$__range])))"

    /// The same, with 1 for the instances that nobody scrapes and that report all the same: those that push.
    static let reporting = "(\(up) or on (job, instance) group by (job, instance) (\(info.series())))"
}
