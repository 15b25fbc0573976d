import Glibc

/// Runs a program and waits for it, which must be bounded by the program; returns its status and what it printed.
func run(_ arguments: [String], in folder: Folder, input: String = "") async -> (status: Int32, output: String) {
    let output = folder.path + "/output-\(UInt32.random(in: 0 ... .max))"
    let source = input.isEmpty ? "/dev/null" : output + ".in"
    if !input.isEmpty { write(input, to: source) }
    return await onThread {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, source, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        guard posix_spawnp(&process, arguments[0], &actions, nil, &words, environ) == 0 else { return (-1, "") }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return (status >> 8 & 0xFF, contents(output) ?? "")
    }
}
