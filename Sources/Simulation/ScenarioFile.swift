import Raster

extension Scenario {
    /// Reads and checks a scenario file.
    ///
    /// - Throws: `InputError` naming the file, the line, the key and what is allowed there.
    public static func load(path: String) throws -> Scenario {
        let root = try YAMLReader(path: path)
        let keys = try root.mapping(known: [
            "name", "description", "seed", "epsg", "pixel_m", "noise", "haze", "step_dn", "dates", "tiles", "ground", "roads", "towns",
            "earthworks", "convoys",
        ])
        func required(_ key: String) throws -> YAMLReader {
            guard let value = keys[key] else { throw InputError(path: path, problem: "the key '\(key)' is missing") }
            return value
        }
        let scenario = Scenario(
            name: try required("name").text(),
            description: try keys["description"]?.text() ?? "",
            seed: UInt64(try required("seed").integer(0...Int.max)),
            epsg: try keys["epsg"]?.integer(1024...32767) ?? 32633,
            pixelMetres: try keys["pixel_m"]?.number(0.1...1000) ?? 10,
            noise: try keys["noise"]?.number(0.5...1000) ?? 25,
            haze: try keys["haze"]?.number(0...1000) ?? 25,
            stepDN: try keys["step_dn"]?.integer(1...64) ?? 1,
            dates: try required("dates").sequence(count: 1...366).map(acquisition),
            tiles: try required("tiles").sequence(count: 1...64).map(tile),
            ground: try ground(keys["ground"]),
            roads: try keys["roads"]?.sequence(count: 0...1000).map(road) ?? [],
            towns: try keys["towns"]?.sequence(count: 0...100).map(town) ?? [],
            earthworks: try keys["earthworks"]?.sequence(count: 0...10_000).map(earthwork) ?? [],
            convoys: try keys["convoys"]?.sequence(count: 0...100).map(convoy) ?? [])
        try scenario.check(path: path)
        return scenario
    }

    /// What no single value shows to be wrong.
    private func check(path: String) throws {
        for (earlier, later) in zip(dates, dates.dropFirst()) where later.date <= earlier.date {
            throw InputError(
                path: path, problem: "dates: \(later.date) stands after \(earlier.date)", advice: "list each date once, in order")
        }
        var names: Set<String> = []
        for tile in tiles {
            guard names.insert(tile.name).inserted else {
                throw InputError(
                    path: path, problem: "tiles: '\(tile.name)' stands there twice", advice: "give each tile a name of its own")
            }
            for (side, value) in [("west", tile.west), ("north", tile.north)] {
                let pixels = value / pixelMetres
                guard pixels == pixels.rounded(), pixels.magnitude < 1e9 else {
                    throw InputError(
                        path: path, problem: "tiles: \(side) of '\(tile.name)' is not a multiple of pixel_m (\(pixelMetres))",
                        advice: "tiles of one scenario share one pixel lattice")
                }
            }
        }
        for tile in tiles {
            for date in tile.dates ?? [] where !dates.contains(where: { $0.date == date }) {
                throw InputError(path: path, problem: "tiles: \(date) of '\(tile.name)' is not among the dates")
            }
        }
        for convoy in convoys where !dates.contains(where: { $0.date == convoy.date }) {
            throw InputError(path: path, problem: "convoys: \(convoy.date) is not among the dates")
        }
        for earthwork in earthworks {
            if let removed = earthwork.removed, removed <= earthwork.onset {
                throw InputError(path: path, problem: "earthworks: removed on \(removed), before the onset on \(earthwork.onset)")
            }
        }
    }

    private static let coordinates = -20_000_000.0...20_000_000.0

    private static func point(_ reader: YAMLReader) throws -> MapPoint {
        let pair = try reader.sequence(count: 2...2)
        return MapPoint(x: try pair[0].number(coordinates), y: try pair[1].number(coordinates))
    }

    private static func points(_ reader: YAMLReader) throws -> [MapPoint] {
        let points = try reader.sequence(count: 2...10_000).map(point)
        for (a, b) in zip(points, points.dropFirst()) where a == b { throw reader.error("has the same point twice in a row") }
        return points
    }

    private static func require(_ key: String, of keys: [String: YAMLReader], in reader: YAMLReader) throws -> YAMLReader {
        guard let value = keys[key] else { throw reader.error("the key '\(key)' is missing") }
        return value
    }

    private static func acquisition(_ reader: YAMLReader) throws -> Acquisition {
        if case .scalar = reader.node { return Acquisition(date: try reader.date()) }
        let keys = try reader.mapping(known: ["date", "shift_px", "gain", "offset", "clouds"])
        let shift = try keys["shift_px"].map { reader in
            let pair = try reader.sequence(count: 2...2)
            return (x: try pair[0].number(-2...2), y: try pair[1].number(-2...2))
        }
        return Acquisition(
            date: try require("date", of: keys, in: reader).date(),
            shift: shift,
            gain: try keys["gain"]?.sequence(count: 4...4).map { try $0.number(0.1...10) },
            offset: try keys["offset"]?.sequence(count: 4...4).map { try $0.number(-5000...5000) },
            clouds: try keys["clouds"].map { reader in
                let keys = try reader.mapping(known: ["cover", "mask"])
                return Clouds(
                    cover: try require("cover", of: keys, in: reader).number(0...1),
                    mask: try require("mask", of: keys, in: reader).flag())
            })
    }

    private static func tile(_ reader: YAMLReader) throws -> Tile {
        let keys = try reader.mapping(known: ["name", "west", "north", "width", "height", "dates"])
        let nameReader = try require("name", of: keys, in: reader)
        let name = try nameReader.text()
        guard name.utf8.count <= 64, name.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else {
            throw nameReader.error("names a folder", advice: "use letters, digits, '-' and '_' only")
        }
        return Tile(
            name: name,
            west: try require("west", of: keys, in: reader).number(coordinates),
            north: try require("north", of: keys, in: reader).number(coordinates),
            size: RasterSize(
                width: try require("width", of: keys, in: reader).integer(16...20_000),
                height: try require("height", of: keys, in: reader).integer(16...20_000)),
            dates: try keys["dates"]?.sequence(count: 1...366).map { try $0.date() })
    }

    private static func ground(_ reader: YAMLReader?) throws -> Ground {
        let keys = try reader?.mapping(known: ["texture", "dunes", "wadis"]) ?? [:]
        return Ground(
            texture: try keys["texture"]?.number(0...3) ?? 1,
            dunes: try keys["dunes"]?.number(0...1) ?? 0.3,
            wadis: try keys["wadis"]?.number(0...1) ?? 0.5)
    }

    private static func road(_ reader: YAMLReader) throws -> Road {
        let keys = try reader.mapping(known: ["points", "width_m", "contrast"])
        return Road(
            points: try points(require("points", of: keys, in: reader)),
            widthMetres: try keys["width_m"]?.number(1...1000) ?? 10,
            contrast: try keys["contrast"]?.number(-0.95...2) ?? -0.15)
    }

    private static func town(_ reader: YAMLReader) throws -> Town {
        let keys = try reader.mapping(known: ["centre", "radius_m", "bearing_deg", "built"])
        return Town(
            centre: try point(require("centre", of: keys, in: reader)),
            radiusMetres: try require("radius_m", of: keys, in: reader).number(50...50_000),
            bearingDegrees: try keys["bearing_deg"]?.number(-360...360) ?? 0,
            built: try keys["built"]?.number(0...1) ?? 0.6)
    }

    private static func earthwork(_ reader: YAMLReader) throws -> Earthwork {
        let keys = try reader.mapping(known: ["line", "position", "cnr", "onset", "removed"])
        let shape: Earthwork.Shape
        switch (keys["line"], keys["position"]) {
        case (let line?, nil): shape = try self.line(line)
        case (nil, let position?): shape = try self.position(position)
        default: throw reader.error("needs either 'line' or 'position'")
        }
        return Earthwork(
            shape: shape,
            cnr: try require("cnr", of: keys, in: reader).number(0.01...100),
            onset: try require("onset", of: keys, in: reader).date(),
            removed: try keys["removed"]?.date())
    }

    private static func line(_ reader: YAMLReader) throws -> Earthwork.Shape {
        let keys = try reader.mapping(known: ["points", "start", "bearing_deg", "length_m", "wander_deg", "profile", "width_m"])
        let profile = try keys["profile"]?.choice(Profile.self) ?? .bright
        let width = try keys["width_m"]?.number(1...100) ?? 16
        if let given = keys["points"] {
            for key in ["start", "bearing_deg", "length_m", "wander_deg"] where keys[key] != nil {
                throw reader.error("has both 'points' and '\(key)'", advice: "give one or the other")
            }
            return .line(points: try points(given), profile: profile, widthMetres: width)
        }
        let points = Meander.points(
            from: try point(require("start", of: keys, in: reader)),
            bearingDegrees: try require("bearing_deg", of: keys, in: reader).number(-360...360),
            lengthMetres: try require("length_m", of: keys, in: reader).number(1...1_000_000),
            wanderDegrees: try keys["wander_deg"]?.number(0...45) ?? 3)
        return .line(points: points, profile: profile, widthMetres: width)
    }

    private static func position(_ reader: YAMLReader) throws -> Earthwork.Shape {
        let keys = try reader.mapping(known: ["at", "size_px", "shape"])
        return .compact(
            centre: try point(require("at", of: keys, in: reader)),
            site: try keys["shape"]?.choice(Site.self) ?? .ring,
            sizePixels: try keys["size_px"]?.number(1...50) ?? 4)
    }

    private static func convoy(_ reader: YAMLReader) throws -> Convoy {
        let keys = try reader.mapping(known: ["date", "points", "vehicles", "cnr"])
        return Convoy(
            date: try require("date", of: keys, in: reader).date(),
            points: try points(require("points", of: keys, in: reader)),
            vehicles: try keys["vehicles"]?.integer(1...10_000) ?? 12,
            cnr: try keys["cnr"]?.number(0.01...100) ?? 6)
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
