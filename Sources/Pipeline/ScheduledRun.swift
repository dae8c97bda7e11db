import Foundation
import Raster

/// A run of a pipeline as cron, systemd and Slurm are told of it. All paths are absolute, since none of them starts it in a folder of the user's.
public struct ScheduledRun: Sendable {
    private let executable: String
    private let name: String
    /// After the program's name.
    private let arguments: [String]

    /// The longest command that Vixie's cron and those that came from it read; they cut longer ones off without a word.
    private static let longestCommand = 998

    /// - Parameters:
    ///   - executable: absolute path of the program.
    ///   - imagery: whether the run is to be told the imagery folder of `file`, since it is not what the pipeline says by itself.
    ///   - output: the same for the output folder.
    public init(of file: PipelineFile, executable: String, tellingImagery imagery: Bool = false, tellingOutput output: Bool = false) {
        self.executable = executable
        name = file.name
        arguments =
            ["run", URL(fileURLWithPath: file.path).standardizedFileURL.path]
            + (imagery ? ["--imagery", file.imagery] : []) + (output ? ["--output", file.output] : [])
    }

    /// The line, with comments that say where to put it.
    public func crontab(_ when: ScheduleExpression) throws -> String {
        let command = try commandLine(ScheduleQuoting.crontab)
        guard command.utf8.count <= Self.longestCommand else {
            throw InputError(
                problem: "the command is \(command.utf8.count) bytes long, and cron reads \(Self.longestCommand)",
                advice: "use shorter paths, or --systemd")
        }
        return """
            # TrenchWatch, pipeline \(name)
            # Add the last line to your crontab: crontab -e
            # A run without news prints nothing, so cron sends no mail. The news goes to whom a line above it names:
            # MAILTO=you@example.org
            \(when.text) \(command)

            """
    }

    /// The service and its timer, with comments that say where to put them.
    ///
    /// - Throws: `InputError` where no timer follows from the expression.
    public func systemd(_ when: ScheduleExpression) throws -> String {
        let calendar = try when.onCalendar().map { "OnCalendar=" + $0 }.joined(separator: "\n")
        let program = try ScheduleQuoting.systemdProgram(executable)
        let command = try ([program] + arguments.map(systemdWord)).joined(separator: " ")
        // In quotes, so that a name's last backslash does not join the next line to it.
        let title = "TrenchWatch, pipeline \"\(ScheduleQuoting.systemdText(name))\""
        return """
            # Put this into ~/.config/systemd/user/\(unit).service
            [Unit]
            Description=\(title)

            [Service]
            Type=oneshot
            ExecStart=\(command)
            # 3: some input was refused; 75: another run holds the lock.
            SuccessExitStatus=3 75
            Nice=10
            IOSchedulingClass=best-effort
            IOSchedulingPriority=7

            # Put this into ~/.config/systemd/user/\(unit).timer
            [Unit]
            Description=\(title), on a schedule

            [Timer]
            \(calendar)
            # Catches up on a run that was missed while the machine was off.
            Persistent=true

            [Install]
            WantedBy=timers.target

            # Then: systemctl --user daemon-reload && systemctl --user enable --now \(unit).timer
            # To run while you are not logged in: loginctl enable-linger
            # The news: journalctl --user -u \(unit).service

            """
    }

    /// The batch script, with comments that say how to submit it.
    public func slurm(_ when: ScheduleExpression) throws -> String {
        """
        #!/bin/sh
        # TrenchWatch, pipeline \(name)
        # Save this as \(unit).sbatch and run it once with: sbatch \(unit).sbatch
        # On a schedule, where the cluster allows it, these lines in scrontab -e, with the script's absolute path:
        #   #SCRON --cpus-per-task=4 --mem=4G --time=01:00:00
        #   \(when.text) /path/to/\(unit).sbatch
        # Fit processors, memory and time to your scenes and your cluster.
        #SBATCH --job-name=\(unit)
        #SBATCH --nodes=1
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=4
        #SBATCH --mem=4G
        #SBATCH --time=01:00:00
        # One at a time: a second one waits for the first.
        #SBATCH --dependency=singleton
        exec \(try commandLine(ScheduleQuoting.shell)) --jobs "${SLURM_CPUS_PER_TASK:-1}"

        """
    }

    /// Options and the command's name are plain words already.
    private func commandLine(_ quoted: (String) throws -> String) throws -> String {
        try ([executable] + arguments).map { $0.hasPrefix("/") ? try quoted($0) : $0 }.joined(separator: " ")
    }

    private func systemdWord(_ word: String) throws -> String {
        word.hasPrefix("/") ? try ScheduleQuoting.systemdArgument(word) : word
    }

    /// A name for units and jobs: letters, digits and hyphens of the pipeline's name.
    private var unit: String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return (["trenchwatch"] + words.map(String.init)).joined(separator: "-")
    }
}
