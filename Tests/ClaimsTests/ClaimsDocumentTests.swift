import ChangeDetection
import Foundation
import Raster
import Testing

@testable import Claims

@Suite("claims.json")
struct ClaimsDocumentTests {
    private func document() throws -> ClaimsDocument {
        let claims = [
            Sample.claim(
                "long", MeasuredClaim(measure: .linearLength, place: Sample.place, by: Sample.date("2021-01-22"), expected: .atLeast(20))),
            Sample.claim(
                "late",
                MeasuredClaim(
                    measure: .linearOnset, place: Sample.place, expected: .dates(noEarlierThan: Sample.date("2021-01-01"), noLaterThan: nil)
                )),
            Claim(
                id: "who", statement: "They dug \"it\".", attributedTo: "somebody", wording: "Doubtful.",
                test: .notTestable(reason: "not visible")),
        ]
        let assessment = ClaimAssessment(evidence: Sample.evidence([Sample.line("L-1", metres: 8000)])) { _ in
            DetectionPower(detectableLengthMetres: 412.3, power: 0.97)
        }
        return ClaimsDocument(
            article: .init(title: "T", publisher: "P", published: Sample.date("2021-01-22")), claims: try assessment.assess(claims))
    }

    @Test("is written as agreed, byte by byte")
    func golden() throws {
        #expect(String(decoding: try document().json(), as: UTF8.self) == Self.golden)
        #expect(try document().json() == document().json())
    }

    @Test("is read back as it was")
    func roundTrip() throws { #expect(try ClaimsDocument(json: document().json()) == document()) }

    private static let golden = #"""
        {
          "article" : {
            "note" : null,
            "published" : "2021-01-22",
            "publisher" : "P",
            "title" : "T",
            "url" : null
          },
          "claims" : [
            {
              "attributed_to" : "somebody",
              "coverage" : {
                "clear_share" : 0.9,
                "dates" : [
                  "2020-03-10",
                  "2020-06-23",
                  "2020-07-28",
                  "2020-12-30",
                  "2021-01-19"
                ],
                "observed_km2" : 2826.29
              },
              "detectable" : {
                "length_m" : 412,
                "power" : 0.97
              },
              "evidence" : [
                "L-1"
              ],
              "expected" : "at least 20 km",
              "id" : "long",
              "measured" : {
                "high" : 8.271,
                "low" : 7.729,
                "unit" : "km",
                "value" : 8
              },
              "reason" : "Linear earthworks of 8 km were found in the place 'here', 1 earthwork in all, first seen by 2021-01-22. The figure is almost certain to lie between 7.73 and 8.27 km. That is short of what the claim says: at least 20 km. It is almost certain that an earthwork of 20 km would have been found in what was observed (power at least 0.97, by implants of a trench with its spoil of assumed contrast). Not found in the images at hand does not mean not there. Observed: 2826.3 of 2826.3 km² were seen on two dates or more; 5 dates, 2020-03-10 to 2021-01-19; 90 % clear.",
              "statement" : "Something.",
              "verdict" : "contradicted",
              "wording" : null
            },
            {
              "attributed_to" : "somebody",
              "coverage" : {
                "clear_share" : 0.9,
                "dates" : [
                  "2020-03-10",
                  "2020-06-23",
                  "2020-07-28",
                  "2020-12-30",
                  "2021-01-19",
                  "2021-02-23"
                ],
                "observed_km2" : 2826.29
              },
              "detectable" : {
                "length_m" : 412,
                "power" : 0.97
              },
              "evidence" : [
                "L-1"
              ],
              "expected" : "no earlier than 2021-01-01",
              "id" : "late",
              "measured" : {
                "high" : "2020-07-28",
                "low" : "2020-06-23",
                "unit" : "date",
                "value" : "2020-07-28"
              },
              "reason" : "The longest line in the place 'here' was first seen on 2020-07-28; on 2020-06-23 it would have been seen and was not. What was found does not fit what the claim says: no earlier than 2021-01-01. Observed: 2826.3 of 2826.3 km² were seen on two dates or more; 6 dates, 2020-03-10 to 2021-02-23; 90 % clear.",
              "statement" : "Something.",
              "verdict" : "contradicted",
              "wording" : null
            },
            {
              "attributed_to" : "somebody",
              "coverage" : {
                "clear_share" : 0,
                "dates" : [

                ],
                "observed_km2" : 0
              },
              "detectable" : null,
              "evidence" : [

              ],
              "expected" : null,
              "id" : "who",
              "measured" : null,
              "reason" : "Not visible.",
              "statement" : "They dug \"it\".",
              "verdict" : "not_testable",
              "wording" : "Doubtful."
            }
          ]
        }

        """#
}
