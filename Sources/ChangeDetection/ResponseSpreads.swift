extension SiteSearch {
    /// Spread of blob responses where nothing changed, by level, scale and strength of old structure.
    public struct ResponseSpreads: Sendable, Equatable, Codable {
        static let levels = 3
        private static let count = levels * SiteSearch.scales.count * ResponseLaw.classes

        /// By level, scale and class.
        private let values: [Float]

        /// - Parameter values: as many as there are levels, scales and classes, all above zero.
        init(values: [Float]) {
            assert(values.count == Self.count)
            self.values = values
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = try container.decode([Float].self)
            guard values.count == Self.count, values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\(Self.count) spreads above zero were expected, not \(values.count) figures")
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(values)
        }

        subscript(level: Int, scale: Int, strengthClass: Int) -> Float {
            values[(level * SiteSearch.scales.count + scale) * ResponseLaw.classes + strengthClass]
        }
    }
}
