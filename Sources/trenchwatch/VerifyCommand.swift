import ArgumentParser
import Pipeline

struct VerifyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the files of a run against its manifest.",
        discussion: """
            Compares the SHA-256 of every output with run.json, and of every input that is still where it was. Ends with 1 where a file
            differs, or an output is missing.

            EXAMPLES
              trenchwatch verify Output
              trenchwatch verify Output --json | jq -r '.changed[].path'
            """)

    @Argument(help: ArgumentHelp("The output folder of a run or diff.", valueName: "output"))
    var output: String

    @Flag(help: "Print JSON.")
    var json = false

    func execute() throws -> Pipeline.ExitCode {
        let verification = try OutputVerification(output: output)
        try Terminal.print(json ? verification.json : verification.text)
        return verification.isSound ? .done : .failed
    }
}
