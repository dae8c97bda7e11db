import Raster

/// A word of a command line, written so that whoever reads the line takes it for just that word.
enum ScheduleQuoting {
    /// For sh(1): within single quotes, where nothing has a meaning.
    static func shell(_ word: String) throws -> String {
        try refuseControlCharacters(in: word)
        // Not '\'': a backslash means something to cron, and not the same to every cron.
        return "'" + replacing(["'": "'\"'\"'"], in: word) + "'"
    }

    /// For the command of a crontab line, where `%` ends the command unless a backslash stands before it.
    static func crontab(_ word: String) throws -> String {
        guard !word.utf8.contains(UInt8(ascii: "\\")) else {
            throw InputError(
                path: word, problem: "crons do not agree on what a backslash in a command means",
                advice: "rename it, or use --systemd")
        }
        return replacing(["%": "\\%"], in: try shell(word))
    }

    /// For the program of `ExecStart=`, which systemd reads no variables in.
    static func systemdProgram(_ word: String) throws -> String {
        guard !word.unicodeScalars.contains(where: { ["\"", "'", "\\"].contains($0) }) else {
            throw InputError(
                path: word, problem: "systemd starts no program with a quotation mark or a backslash in its path", advice: "rename it")
        }
        return try systemdWord(word)
    }

    /// For an argument of `ExecStart=`. Source: systemd.service(5), "Command lines".
    static func systemdArgument(_ word: String) throws -> String {
        replacing(["$": "$$"], in: try systemdWord(word))
    }

    /// For running text in a unit, where `%` begins a specifier.
    static func systemdText(_ text: String) -> String { replacing(["%": "%%"], in: text) }

    private static func systemdWord(_ word: String) throws -> String {
        try refuseControlCharacters(in: word)
        return "\"" + replacing(["\\": "\\\\", "\"": "\\\"", "%": "%%"], in: word) + "\""
    }

    /// By scalars and not by characters: a quotation mark with a combining accent is another character, and still ends a quotation.
    private static func replacing(_ replacements: [Unicode.Scalar: String], in text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            if let replacement = replacements[scalar] { result += replacement } else { result.unicodeScalars.append(scalar) }
        }
    }

    /// None of these files has a way to hold a line break, and no name of use has another.
    private static func refuseControlCharacters(in word: String) throws {
        guard word.oneLine == word else {
            throw InputError(
                path: word, problem: "a path with a line break or another control character cannot be scheduled", advice: "rename it")
        }
    }
}
