import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Schedule expression")
struct ScheduleExpressionTests {
    @Test(
        "what every cron reads stays as it is; names become numbers",
        arguments: [
            ("17 4 * * *", "17 4 * * *"), ("*/15 0-6/2,22 1,15 * 0", "*/15 0-6/2,22 1,15 * 0"), ("  0\t4 * *  MON-fri ", "0 4 * * 1-5"),
            ("0 4 * jan,Jul-sep *", "0 4 * 1,7-9 *"), ("0 4 * * fri-sun", "0 4 * * 5-7"), ("0 4 * * 7", "0 4 * * 7"),
            ("0 4 29 2 *", "0 4 29 2 *"), ("0 4 30 2 mon", "0 4 30 2 1"), ("@Daily", "@daily"), ("@reboot", "@reboot"),
        ])
    func reads(expression: String, text: String) throws {
        #expect(try ScheduleExpression(expression).text == text)
    }

    @Test("Sunday is 0 and 7, a star has it once, and a step counts from the lowest value")
    func values() throws {
        func values(_ text: String, _ unit: ScheduleField.Unit) throws -> [Int] { try ScheduleField(Substring(text), unit: unit).values }
        #expect(try values("0,7", .dayOfWeek) == [0])
        #expect(try values("sat-sun", .dayOfWeek) == [0, 6])
        #expect(try values("*/2", .dayOfWeek) == [0, 2, 4, 6])
        #expect(try values("*/10", .dayOfMonth) == [1, 11, 21, 31])
        #expect(try values("5-59/15,3", .minute) == [3, 5, 20, 35, 50])
    }

    @Test(
        "what is no expression is refused in words",
        arguments: [
            ("", "five fields, not 0"), ("* * * *", "five fields, not 4"), ("0 17 4 * * *", "five fields, not 6"),
            ("60 4 * * *", "minute '60'"),
            ("0 24 * * *", "hour '24'"), ("0 4 0 * *", "day of the month '0'"), ("0 4 * 13 *", "month '13'"),
            ("0 4 * * 8", "day of the week '8'"),
            ("-5 4 * * *", "minute '-5'"), ("+5 4 * * *", "minute '+5'"), ("1,,2 4 * * *", "minute ''"), ("5/15 * * * *", "write 5-59/15"),
            ("*/0 * * * *", "from 1 to 60"), ("*/61 * * * *", "from 1 to 60"), ("0-4/9 * * * *", "from 1 to 5"),
            ("0 22-2 * * *", "write 22-23,0-2"), ("0 4 ? * *", "'?'"), ("0 4 L * *", "'L'"), ("0 4 * * mon#1", "'mon#1'"),
            ("H 4 * * *", "'H'"),
            ("٣ 4 * * *", "minute"), ("0 4 * monday *", "'monday'"), ("0 4 31 2,4,6 *", "no such day"), ("@often", "no shorthand '@often'"),
            ("@daily x", "five fields"), ("0 4 * * *\nx", "day of the week"), ("0000004 4 * * *", "minute '0000004'"),
        ])
    func refuses(expression: String, reason: String) throws {
        let error = try #require(throws: InputError.self) { _ = try ScheduleExpression(expression) }
        #expect(error.description.contains(reason))
        #expect(error.description == error.description.oneLine)
    }

    @Test(
        "a systemd timer has the same times in few words",
        arguments: [
            ("17 4 * * *", ["*-*-* 04:17:00"]), ("*/5 * * * *", ["*-*-* *:00/5:00"]),
            ("0 8-18 * * mon-fri", ["Mon..Fri *-*-* 08..18:00:00"]),
            ("@weekly", ["Sun *-*-* 00:00:00"]), ("0 0 1,15 * mon", ["*-*-01,15 00:00:00", "Mon *-*-* 00:00:00"]),
            ("0 0 */2 * 1", ["Mon *-*-01/2 00:00:00"]), ("0 0 1 * 0-6", ["*-*-* 00:00:00"]),
        ])
    func calendar(expression: String, entries: [String]) throws {
        #expect(try ScheduleExpression(expression).onCalendar() == entries)
    }

    @Test("no systemd timer follows from @reboot")
    func reboot() throws {
        let error = try #require(throws: InputError.self) { _ = try ScheduleExpression("@reboot").onCalendar() }
        #expect(error.description.contains("@reboot"))
    }

    @Test(
        "systemd's own reading of the timer elapses when cron would start",
        .enabled(if: OtherReader.has("systemd-analyze"), "needs systemd-analyze"),
        arguments: [
            "17 4 * * *", "*/7 3,4 * * *", "59 23 31 * *", "0 12 29 2 *", "5-59/25 */6 1-7 jan-mar,12 *", "0 4 * * sat-sun,wed",
            "30 6 13 * fri", "1 1 */9 * tue", "0,1,2,30 0 1,11,21 */5 0,6", "@monthly", "@yearly", "@hourly",
        ])
    func agreesWithSystemd(expression: String) throws {
        let count = 9
        let when = try ScheduleExpression(expression)
        var elapses: Set<String> = []
        for entry in try when.onCalendar() {
            let told = try OtherReader.run(
                "env",
                [
                    "TZ=UTC", "LC_ALL=C", "systemd-analyze", "calendar", "--iterations=\(count)", "--base-time=2023-12-31 23:59:59 UTC",
                    entry,
                ])
            #expect(told.status == 0, "\(told.output)")
            elapses.formUnion(told.output.matches(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/).map { String($0.output) })
        }
        #expect(Array(elapses.sorted().prefix(count)) == starts(of: when, count: count))
    }

    /// By cron's own rule, minute for minute from 2024 on.
    private func starts(of when: ScheduleExpression, count: Int) -> [String] {
        guard let fields = when.fields else { return [] }
        var starts: [String] = []
        for year in 2024...2080 {
            for month in fields[3].values {
                for day in 1...31 {
                    guard let date = CalendarDate(year: year, month: month, day: day) else { continue }
                    let byDay = fields[2].values.contains(day)
                    // 1970-01-01 was a Thursday.
                    let byWeekday = fields[4].values.contains((date.daysSince1970 + 4) % 7)
                    guard fields[2].isStarred || fields[4].isStarred ? byDay && byWeekday : byDay || byWeekday else { continue }
                    for hour in fields[1].values {
                        for minute in fields[0].values {
                            starts.append("\(date) \(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute):00")
                            if starts.count == count { return starts }
                        }
                    }
                }
            }
        }
        return starts
    }
}
