import Foundation
import Raster
import Testing

@Suite struct CalendarDateTests {
    @Test(arguments: ["1972-07-23", "2000-02-29", "2020-02-29", "2021-01-19", "0001-01-01", "9999-12-31"])
    func writesWhatItReads(_ text: String) throws {
        let date = try #require(CalendarDate(iso: text))
        #expect(date.description == text)
        let json = try JSONEncoder().encode([date])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(text)\"]")
        #expect(try JSONDecoder().decode([CalendarDate].self, from: json) == [date])
    }

    @Test(arguments: [
        "", "2021-1-19", "2021-01-32", "2021-13-01", "2021-00-10", "2021-02-29", "1900-02-29", "20210119", "2021-01-19T", "2021/01/19",
        "0000-01-01", "２０２１-01-19", "+021-01-19",
    ])
    func refusesWhatIsNoDay(_ text: String) {
        #expect(CalendarDate(iso: text) == nil)
    }

    @Test func refusesABadDateInJSONInWords() {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([CalendarDate].self, from: Data(#"["2021-02-30"]"#.utf8))
        }
        #expect("\(String(describing: error))".contains("2021-02-30"))
    }

    @Test func daysFollowEachOther() throws {
        // 1970-01-01 is day 0; two leap rules lie between 1899 and 2101.
        #expect(CalendarDate(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
        #expect(CalendarDate(year: 2000, month: 3, day: 1)?.daysSince1970 == 11_017)
        var dates: [CalendarDate] = []
        for year in 1899...2101 {
            for month in 1...12 {
                for day in 1...31 {
                    if let date = CalendarDate(year: year, month: month, day: day) { dates.append(date) }
                }
            }
        }
        #expect(dates.count == 203 * 365 + 49)
        #expect(zip(dates, dates.dropFirst()).allSatisfy { $1.daysSince1970 == $0.daysSince1970 + 1 && $0 < $1 })
    }
}
