import Raster

/// A word of a command line, written so that whoever reads the line takes it for just that word.
enum ScheduleQuoting {
    /// For sh(1): within single quotes, where nothing has a meaning.
    static func shell(_ word: String) throws -> String {
        try refuseControlCharacters(in: word)
        // Not '\'': a backslash means something to cron, and not the same to every cron.
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
    }

    /// For the command of a crontab line, where `%` ends the command unless a backslash stands before it.
    static func crontab(_ word: String) throws -> String {
        guard !word.contains("\\") else {
            throw InputError(
                path: word, problem: "crons do not agree on what a backslash in a command means",
                advice: "rename it, or use --systemd")
        }
        return try shell(word).split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\\%")
    }

    /// For an argument of `ExecStart=`, where `%` begins a specifier and `$` a variable. Source: systemd.service(5), "Command lines".
    static func systemdArgument(_ word: String) throws -> String {
        try systemdProgram(word).split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }

    /// For the program of `ExecStart=`, which systemd reads no variables in.
    static func systemdProgram(_ word: String) throws -> String {
        try refuseControlCharacters(in: word)
        let escaped = word.map { character -> String in
            switch character {
            case "\\", "\"": "\\\(character)"
            case "%": "%%"
            default: String(character)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    /// None of these files has a way to hold a line break, and no name of use has another.
    private static func refuseControlCharacters(in word: String) throws {
        guard word.oneLine == word else {
            throw InputError(
                path: word, problem: "a path with a line break or another control character cannot be scheduled", advice: "rename it")
        }
    }
}
