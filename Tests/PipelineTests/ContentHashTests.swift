import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Content hash")
struct ContentHashTests {
    @Test(
        "is the SHA-256 of FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func examples(text: String, digest: String) throws {
        #expect(try ContentHash.sha256(Array(text.utf8)) == digest)
        let folder = try TemporaryFolder()
        let found = try ContentHash.sha256(fileAt: folder.write(text.utf8, to: "x"))
        #expect(found.digest == digest && found.byteCount == text.utf8.count)
    }

    @Test(
        "of a file is that of its bytes, at and around the size of a chunk", arguments: [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
    func chunks(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let folder = try TemporaryFolder()
        #expect(try ContentHash.sha256(fileAt: folder.write(bytes, to: "x")).digest == ContentHash.sha256(bytes))
    }

    @Test("of what cannot be read is an error that names it")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        for path in [folder.file("missing"), folder.path] {
            #expect(try #require(throws: InputError.self) { try ContentHash.sha256(fileAt: path) }.path == path)
        }
    }
}
