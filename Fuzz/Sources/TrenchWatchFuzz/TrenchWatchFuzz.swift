import Foundation
import FuzzEntries

/// libFuzzer's own main loop, with the body given.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `TrenchWatchFuzz`, as libFuzzer's programs are called: `[-option=…] [corpus folder…]`. `FUZZ_FORMAT` names the format, `FUZZ_FOLDER` an
/// empty folder for the files, best in memory.
@main
struct TrenchWatchFuzz {
    static func main() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let format = environment["FUZZ_FORMAT"].flatMap({ FuzzedFormat(rawValue: $0) }), let folder = environment["FUZZ_FOLDER"]
        else {
            print("FUZZ_FORMAT is one of \(FuzzedFormat.allCases.map(\.rawValue).joined(separator: " ")), FUZZ_FOLDER a folder")
            exit(2)
        }
        input = (try FuzzBench(in: folder), format)
        var argc = CommandLine.argc
        var argv = CommandLine.unsafeArgv
        exit(
            runDriver(&argc, &argv) { bytes, count in
                guard let (bench, format) = TrenchWatchFuzz.input else { return -1 }
                do {
                    try bench.read(UnsafeBufferPointer(start: bytes, count: count), as: format)
                } catch {
                    // libFuzzer keeps an input when the process aborts.
                    FileHandle.standardError.write(Data("finding: \(error)\n".utf8))
                    abort()
                }
                return 0
            })
    }

    /// libFuzzer calls from one thread only, and with nothing but the bytes.
    nonisolated(unsafe) private static var input: (FuzzBench, FuzzedFormat)?
}
