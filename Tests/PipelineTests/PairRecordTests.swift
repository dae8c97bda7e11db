import Foundation
import Testing

@testable import Pipeline

@Suite("Pair record")
struct PairRecordTests {
    private let record = PairRecord(
        tile: "33RXQ", before: "2020-05-14", after: "2021-01-19", shift: .init(x: -0.310_04, y: 0.219_96, residual: nil, lock: true),
        gain: [1.000_000_4, .nan], offset: [-0.0, 2], noiseSigma: [25], clearShare: 0.98765, observedSquareKilometres: 58.9824,
        thresholdPixel: 512)

    @Test("has exactly the keys of the contract")
    func keys() throws {
        let object = try #require(JSONSerialization.jsonObject(with: Data(JSONText.encode(record).utf8)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "tile", "before", "after", "shift_px", "gain", "offset", "noise_sigma", "clear_share", "observed_km2", "threshold_pixel",
            ])
        let shift = try #require(object["shift_px"] as? [String: Any])
        #expect(Set(shift.keys) == ["x", "y", "residual", "lock", "affine"])
        #expect(shift["x"] as? Double == -0.31 && shift["y"] as? Double == 0.22 && shift["residual"] is NSNull)
        #expect((object["gain"] as? [Any])?.last is NSNull)
    }

    @Test("reads back as it was written")
    func roundTrip() throws {
        #expect(try JSONDecoder().decode(PairRecord.self, from: Data(JSONText.encode(record).utf8)) == record)
    }
}
