import StrictYAML
import Testing

@Suite("Edit distance")
struct EditDistanceTests {
    @Test(
        "Levenshtein's distance of known pairs",
        arguments: [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("a", "a", 0), ("é", "e", 1)])
    func known(a: String, b: String, distance: Int) {
        #expect(EditDistance.between(a, b) == distance)
        #expect(EditDistance.between(b, a) == distance)
    }

    @Test("the nearest word is found, of equals the first, in no time for a long one")
    func nearest() {
        #expect(EditDistance.nearest(to: "outptu", among: ["imagery", "output", "name"]) == "output")
        #expect(EditDistance.nearest(to: "x", among: ["a", "b"]) == "a")
        #expect(EditDistance.nearest(to: "x", among: []) == nil)
        #expect(EditDistance.nearest(to: String(repeating: "a", count: 1_000_000), among: ["b", "aa"]) != nil)
    }
}
