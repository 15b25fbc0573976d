import VitalsDashboards

/// What the processes of services take from their machines.
enum ProcessDashboard {
    static func make(_ catalogue: Catalogue) throws(DashboardError) -> Dashboard {
        Dashboard(
            "process", title: "Process and runtime",
            description:
                "What processes take from their machines and containers: processor, memory, descriptors, disks. "
                + "Metrics of the classic Prometheus clients are shown as well, so that services in other languages are seen.",
            rows: [
                try overview(catalogue), try processor(catalogue), try memory(catalogue), try files(catalogue),
                try container(catalogue),
            ])
    }

    /// What a process of OpenTelemetry's names has, or else one with the names of the classic clients.
    private static func either(_ query: String, _ classic: String) -> String {
        "\(query) or \(classic)"
    }

    private static let instance = "{{job}} {{instance}}"
    private static let each = ["job", "instance"]

    private static func classic(_ name: String, rate: Bool = false) -> String {
        let metric = Metric.named(name)
        return rate ? metric.rate(by: each) : metric.sum(by: each)
    }

    /// Processor seconds a second.
    private static func cores(_ catalogue: Catalogue) throws(DashboardError) -> String {
        either(
            try catalogue.metric("process.cpu.time").rate(by: each), classic("process_cpu_seconds_total", rate: true))
    }

    private static func resident(_ catalogue: Catalogue) throws(DashboardError) -> String {
        either(try catalogue.metric("process.memory.usage").sum(by: each), classic("process_resident_memory_bytes"))
    }

    private static func descriptorShare(_ catalogue: Catalogue) throws(DashboardError) -> String {
        let open = try catalogue.metric("process.unix.file_descriptor.count").sum(by: each)
        let limit = try catalogue.metric("process.unix.file_descriptor.limit").sum(by: each)
        return either("\(open) / \(limit)", "\(classic("process_open_fds")) / \(classic("process_max_fds"))")
    }

    private static func overview(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let start = try catalogue.metric("process.start_time")
        return Row(
            "Overview",
            [
                .stat(
                    "Youngest process",
                    "How long ago the last of the chosen processes began (process_start_time_seconds).",
                    unit: .seconds, [Target("min(time() - \(start.series()))", legend: "age")]),
                .stat(
                    "Restarts",
                    "How often processes of the chosen instances began anew in the time shown. More than a deployment "
                        + "explains: see the alert TelemetryCrashLooping.",
                    unit: .number,
                    [Target("sum(changes(\(start.series())[$__range]))", legend: "restarts")]
                ).thresholds(.rising(1, 5)),
                .stat(
                    "Processors in use", "Processors that the chosen processes keep busy, together.", unit: .number,
                    [Target("sum(\(try cores(catalogue)))", legend: "processors")]),
                .stat(
                    "Memory", "Memory of the machines that the chosen processes occupy, together.", unit: .bytes,
                    [Target("sum(\(try resident(catalogue)))", legend: "memory")]),
                .gauge(
                    "Descriptors",
                    "Of the process that is nearest to its limit. Above 80 % the alert "
                        + "ProcessFileDescriptorsNearLimit fires: at 100 % it can open no file and take no connection.",
                    [Target("max(\(try descriptorShare(catalogue)))", legend: "descriptors")]
                ).thresholds(.rising(0.6, 0.8)),
                .stat(
                    "Threads", "Threads of the process that has most.", unit: .number,
                    [Target(try catalogue.metric("process.thread.count").max(), legend: "threads")]),
                Panel.table(
                    "Processes",
                    "Each process, its age and what it takes. The link of an age shows this instance alone.",
                    [
                        Target("time() - \(start.max(by: each))", legend: "Age", unit: .seconds),
                        Target(try cores(catalogue), legend: "Processors", unit: .number),
                        Target(try resident(catalogue), legend: "Memory", unit: .bytes),
                        Target(try descriptorShare(catalogue), legend: "Descriptors", unit: .ratio),
                    ]
                ).sized(24, 7).linked(
                    "Only this instance",
                    to: "/d/vitals-process?var-job=${__data.fields.job}&var-instance=${__data.fields.instance}"
                        + "&${datasource:queryparam}&${__url_time_range}"),
            ])
    }

    private static func processor(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let time = try catalogue.metric("process.cpu.time")
        return Row(
            "Processor",
            [
                .timeseries(
                    "Processors in use",
                    "1 is a processor that is always busy. At the limit of the machine or the container "
                        + "(rows below) requests wait.",
                    unit: .number, [Target(try cores(catalogue), legend: instance)]),
                Panel.timeseries(
                    "Share of the processors", "Of those that the process may run on (process_cpu_limit).",
                    unit: .ratio,
                    [
                        Target(
                            "\(time.rate(by: each)) / \(try catalogue.metric("process.cpu.limit").sum(by: each))",
                            legend: instance)
                    ]
                ).limits(1),
                Panel.timeseries(
                    "By mode",
                    "In the program itself (user) and in the kernel for it (system). Much system: many small reads, "
                        + "writes or page faults.",
                    unit: .number, [Target(time.rate(by: ["job", "cpu.mode"]), legend: "{{job}} {{cpu_mode}}")]
                ).stacked(),
                .timeseries(
                    "Context switches",
                    "How often threads made way for others: voluntary ones wait for something, involuntary ones were "
                        + "interrupted because the processors do not suffice.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            try catalogue.metric("process.context_switches").rate(
                                by: ["job", "process.context_switch.type"]),
                            legend: "{{job}} {{process_context_switch_type}}")
                    ]),
            ])
    }

    private static func memory(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        Row(
            "Memory",
            [
                .timeseries(
                    "Resident memory",
                    "Memory of the machine that the process occupies. What grows for hours and never falls is "
                        + "a leak, or a cache without a limit.",
                    unit: .bytes, [Target(try resident(catalogue), legend: instance)]),
                .timeseries(
                    "Heap",
                    "What malloc handed out and did not get back, and what it has taken from the system. A growing "
                        + "distance between the two is fragmentation.",
                    unit: .bytes,
                    [
                        Target(
                            try catalogue.metric("process.memory.heap.usage").sum(by: each), legend: "used \(instance)"),
                        Target(
                            try catalogue.metric("process.memory.heap.reserved").sum(by: each),
                            legend: "reserved \(instance)"),
                    ]),
                .timeseries(
                    "Address space",
                    "What the process has asked for; it occupies less. Only a sudden jump means something.",
                    unit: .bytes,
                    [
                        Target(
                            either(
                                try catalogue.metric("process.memory.virtual").sum(by: each),
                                classic("process_virtual_memory_bytes")), legend: instance)
                    ]),
                .timeseries(
                    "Page faults",
                    "Major ones had to wait for storage: more than a few a second after the start, and the "
                        + "machine has too little memory.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            try catalogue.metric("process.paging.faults").rate(by: ["job", "system.paging.fault.type"]),
                            legend: "{{job}} {{system_paging_fault_type}}")
                    ]),
            ])
    }

    private static func files(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        Row(
            "Descriptors, threads, disks",
            [
                .timeseries(
                    "Descriptors in use",
                    "Files and connections that are open. What only grows is not closed by anybody.",
                    unit: .number,
                    [
                        Target(
                            either(
                                try catalogue.metric("process.unix.file_descriptor.count").sum(by: each),
                                classic("process_open_fds")), legend: instance)
                    ]),
                Panel.timeseries(
                    "Share of the descriptors",
                    "Of those that the process may have. The dashed line is where the alert "
                        + "ProcessFileDescriptorsNearLimit fires.",
                    unit: .ratio, [Target(try descriptorShare(catalogue), legend: instance)]
                ).limits(0.8),
                .timeseries(
                    "Threads",
                    "A number that grows with the load is a thread for each request; one that only grows, threads "
                        + "that hang.",
                    unit: .number,
                    [Target(try catalogue.metric("process.thread.count").sum(by: each), legend: instance)]),
                .timeseries(
                    "Disks",
                    "What storage read and wrote for the process; what the kernel had in memory does not count.",
                    unit: .bytesPerSecond,
                    [
                        Target(
                            try catalogue.metric("process.disk.io").rate(by: each + ["disk.io.direction"]),
                            legend: "\(instance) {{disk_io_direction}}")
                    ]),
            ])
    }

    private static func container(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let throttled = try catalogue.metric("container.cpu.throttled.periods").rate(by: each)
        let periods = try catalogue.metric("container.cpu.periods").rate(by: each)
        let limit = try catalogue.metric("container.memory.limit").sum(by: each)
        return Row(
            "Container", collapsed: true,
            [
                .timeseries(
                    "Processors of the container", "What its control group uses and may use (where it has a limit).",
                    unit: .number,
                    [
                        Target(try catalogue.metric("container.cpu.time").rate(by: each), legend: "used \(instance)"),
                        Target(try catalogue.metric("container.cpu.limit").sum(by: each), legend: "limit \(instance)"),
                    ]),
                Panel.timeseries(
                    "Throttled",
                    "Share of the limit's periods in which the container was stopped because its processor time was "
                        + "used up, and seconds a second that it stood. See the alert ProcessCPUThrottled: raise the limit, or "
                        + "use fewer threads.",
                    unit: .ratio,
                    [
                        Target("\(throttled) / \(periods)", legend: "periods \(instance)"),
                        Target(
                            try catalogue.metric("container.cpu.throttled.time").rate(by: each),
                            legend: "time \(instance)"),
                    ]
                ).limits(0.25),
                .timeseries(
                    "Memory of the container",
                    "With files that are kept in memory. At its limit the kernel ends the process: "
                        + "see the alert ProcessMemoryNearLimit.",
                    unit: .bytes,
                    [
                        Target(
                            try catalogue.metric("container.memory.usage").sum(by: each), legend: "used \(instance)"),
                        Target(limit, legend: "limit \(instance)"),
                    ]),
                Panel.timeseries(
                    "Pressure",
                    "Share of the time in which some of the container's tasks, or all of them (full), waited for the "
                        + "processor, for memory or for storage.",
                    unit: .ratio,
                    [
                        Target(
                            try catalogue.metric("container.pressure.stall.time").rate(
                                by: each + ["pressure.resource", "pressure.kind"]),
                            legend: "{{pressure_resource}} {{pressure_kind}} \(instance)")
                    ]),
            ])
    }
}
