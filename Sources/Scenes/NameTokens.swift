import Raster

/// What the pieces of product names look like.
extension StringProtocol {
    var isDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }

    func isDigits(_ count: Int) -> Bool { utf8.count == count && isDigits }

    /// Letters and digits of ASCII.
    var isAlphanumeric: Bool {
        !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    var isHexadecimal: Bool {
        !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) }
    }

    /// `20200701T093040`
    var isTimestamp: Bool {
        let bytes = Array(utf8)
        return bytes.count == 15 && bytes[8] == UInt8(ascii: "T") && prefix(8).isDigits && suffix(6).isDigits
    }

    /// `R079`, `N0400`, `A026123`: one letter and a number of digits.
    func isNumbered(_ letter: Character, digits: Int) -> Bool { first == letter && dropFirst().isDigits(digits) }

    /// A tile of the Military Grid as Sentinel-2 uses it, with or without the leading T; as five characters, `33RXQ`.
    var gridTile: String? {
        let name = utf8.count == 6 && first == "T" ? String(dropFirst()) : String(self)
        let bytes = Array(name.utf8)
        guard bytes.count == 5, name.prefix(2).isDigits, let zone = Int(name.prefix(2)), (1...60).contains(zone) else { return nil }
        // I and O are left out of the grid's letters, lest they be read as digits.
        func isLetter(_ byte: UInt8, from first: Character, to last: Character) -> Bool {
            let letter = Character(UnicodeScalar(byte))
            return (first...last).contains(letter) && letter != "I" && letter != "O"
        }
        guard isLetter(bytes[2], from: "C", to: "X"), isLetter(bytes[3], from: "A", to: "Z"), isLetter(bytes[4], from: "A", to: "V") else {
            return nil
        }
        return name
    }

    /// The day that the first eight digits give, `20200701` or `20200701T093040`; nil outside 1972 … 2100.
    var compactDate: CalendarDate? {
        let digits = prefix(8)
        guard digits.isDigits(8), let year = Int(digits.prefix(4)), let month = Int(digits.dropFirst(4).prefix(2)),
            let day = Int(digits.suffix(2))
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)?.ifPlausible
    }
}

extension CalendarDate {
    /// nil before the first Landsat and after 2100: such numbers in names are no dates.
    var ifPlausible: CalendarDate? { (1972...2100).contains(year) ? self : nil }
}

/// Days written in a name of no known product: `2021-01-19`, `20210119`, `20210119T081516`, `20210119081516`.
enum WrittenDates {
    /// The different ones, in the order they stand.
    static func all(in name: String) -> [CalendarDate] {
        let bytes = Array(name.utf8)
        var dates: [CalendarDate] = []
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            var end = index
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            let found: CalendarDate?
            if end - index == 4, let iso = iso(bytes, at: index) {
                found = iso
                end = index + 10
            } else if end - index == 8 || end - index == 14 {
                found = String(decoding: bytes[index..<(index + 8)], as: UTF8.self).compactDate
            } else {
                found = nil
            }
            if let found, !dates.contains(found) { dates.append(found) }
            index = end
        }
        return dates
    }

    private static func iso(_ bytes: [UInt8], at start: Int) -> CalendarDate? {
        guard start + 10 <= bytes.count, start + 10 == bytes.count || !isDigit(bytes[start + 10]) else { return nil }
        return CalendarDate(iso: String(decoding: bytes[start..<(start + 10)], as: UTF8.self))?.ifPlausible
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
