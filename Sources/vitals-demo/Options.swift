/// What the command line says.
struct Options {
    static let help = """
        usage: vitals-demo [--port PORT] [--seconds SECONDS]
          --port PORT        where to listen (9464, or OTEL_EXPORTER_PROMETHEUS_PORT; 0 takes any that is free)
          --seconds SECONDS  end after so long; without it, with Ctrl-C
        """

    var port: Int?
    var seconds: Int?

    /// Nil if the command line is not understood.
    init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let option = rest.popFirst() {
            guard let number = rest.popFirst().flatMap({ Int($0) }), number >= 0 else { return nil }
            switch option {
            case "--port": port = number
            case "--seconds": seconds = number
            default: return nil
            }
        }
    }
}
