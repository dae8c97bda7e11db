import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Run lock")
struct RunLockTests {
    @Test("a second run is told so, and the lock is free again after the first")
    func exclusive() throws {
        let folder = try TemporaryFolder()
        let output = folder.file("new/output")
        do {
            let first = try RunLock(folder: output)
            let error = #expect(throws: RunLockedError.self) { _ = try RunLock(folder: output) }
            #expect(error.map(ExitCode.init(for:)) == .locked)
            _ = consume first
        }
        _ = try RunLock(folder: output)
        #expect(try FileManager.default.contentsOfDirectory(atPath: output).isEmpty)
    }

    @Test("a file in the folder's place is an error that names it")
    func notAFolder() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([], to: "file")
        #expect(try #require(throws: InputError.self) { _ = try RunLock(folder: path) }.path == path)
    }
}
