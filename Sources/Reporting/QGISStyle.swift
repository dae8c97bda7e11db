import Raster
import RasterIO

/// Styles that QGIS applies by itself, being found beside a layer or in the GeoPackage. Colours are told apart by all common kinds of colour
/// vision: blue for darker, vermilion for brighter soil, purple where both stand side by side (after Okabe and Ito).
public enum QGISStyle {
    /// Writes the style of a layer's file beside it: `detections.geojson` gets `detections.qml`.
    ///
    /// - Throws: `OutputError`.
    public static func write(_ style: String, besideLayer path: String) throws {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let stem = path[slash...].lastIndex(of: ".").map { String(path[..<$0]) } ?? path
        try AtomicFile.write(Array(style.utf8), to: stem + ".qml")
    }

    /// For both kinds of detections in one layer; lines where they are linear, outlines where they are compact.
    public static let detections = vectorStyle(rules: Rule.linear + Rule.compact)
    /// For a layer of linear ones only.
    public static let linear = vectorStyle(rules: Rule.linear)
    /// For a layer of compact ones only.
    public static let compact = vectorStyle(rules: Rule.compact)

    /// For band 1 of the change raster, in standard deviations of no change: clear in between, stronger towards both ends.
    public static let change: String = {
        let stops: [(value: Double, colour: String, alpha: Int)] = [
            (-12, "0,63,114", 255), (-8, "0,114,178", 255), (-4, "86,180,233", 140), (-2.5, "86,180,233", 0), (2.5, "230,159,0", 0),
            (4, "230,159,0", 140), (8, "213,94,0", 255), (12, "139,44,0", 255),
        ]
        let items = stops.map { stop in
            let value = DecimalText.trimmed(stop.value, decimals: 1)
            return "          <item value=\"\(value)\" label=\"\(value)\" color=\"\(hex(stop.colour))\" alpha=\"\(stop.alpha)\"/>"
        }
        return """
            <!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
            <qgis version="3.22.0" styleCategories="AllStyleCategories">
              <pipe>
                <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" classificationMin="-12" classificationMax="12">
                  <rastershader>
                    <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="-12" maximumValue="12">
            \(items.joined(separator: "\n"))
                    </colorrampshader>
                  </rastershader>
                </rasterrenderer>
              </pipe>
              <blendMode>0</blendMode>
            </qgis>

            """
    }()

    private struct Rule {
        let label: String
        let filter: String
        let colour: String
        let isLine: Bool

        private static let signs = [("brighter", "213,94,0"), ("darker", "0,114,178"), ("both", "148,52,110")]

        static let linear = signs.map { Rule(label: "linear, \($0.0)", filter: filter("linear", $0.0), colour: $0.1, isLine: true) }
        static let compact = signs.map { Rule(label: "compact, \($0.0)", filter: filter("compact", $0.0), colour: $0.1, isLine: false) }

        private static func filter(_ kind: String, _ sign: String) -> String {
            "&quot;kind&quot; = '\(kind)' AND &quot;sign&quot; = '\(sign)'"
        }
    }

    private static func vectorStyle(rules: [Rule]) -> String {
        let ruleLines = rules.enumerated().map { index, rule in
            "      <rule key=\"{\(rule.label)}\" label=\"\(rule.label)\" filter=\"\(rule.filter)\" symbol=\"\(index)\"/>"
        }
        let symbols = rules.enumerated().map { index, rule in
            rule.isLine ? lineSymbol(index, rule.colour) : outlineSymbol(index, rule.colour)
        }
        return """
            <!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
            <qgis version="3.22.0" styleCategories="Symbology|Labeling|Temporal" labelsEnabled="1">
              <renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">
                <rules key="{detections}">
            \(ruleLines.joined(separator: "\n"))
                </rules>
                <symbols>
            \(symbols.joined(separator: "\n"))
                </symbols>
              </renderer-v2>
              <labeling type="simple">
                <settings calloutType="simple">
                  <text-style fieldName="id" isExpression="0" fontSize="8" fontSizeUnit="Point" textColor="34,34,34,255" textOpacity="1">
                    <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="1"/>
                  </text-style>
                  <placement placement="2" placementFlags="10" dist="1" distUnits="MM"/>
                  <rendering scaleVisibility="1" scaleMin="100000" scaleMax="0" obstacle="1"/>
                </settings>
              </labeling>
              <temporal enabled="1" mode="1" startField="first_seen" endField="" accumulate="1" durationUnit="d" fixedDuration="0" durationField="" startExpression="" endExpression="" limitMode="0"/>
            \(geometryType(rules))</qgis>

            """
    }

    /// QGIS numbers lines 1 and polygons 2 and refuses a style of another number than the layer's; one that says nothing fits both.
    private static func geometryType(_ rules: [Rule]) -> String {
        let kinds = Set(rules.map(\.isLine))
        guard let isLine = kinds.first, kinds.count == 1 else { return "" }
        return "  <layerGeometryType>\(isLine ? 1 : 2)</layerGeometryType>\n"
    }

    private static func lineSymbol(_ index: Int, _ colour: String) -> String {
        """
              <symbol type="line" name="\(index)" alpha="1" clip_to_extent="1" force_rhr="0">
                <layer class="SimpleLine" enabled="1" pass="0" locked="0">
                  <Option type="Map">
                    <Option type="QString" name="line_color" value="\(colour),255"/>
                    <Option type="QString" name="line_width" value="0.6"/>
                    <Option type="QString" name="line_width_unit" value="MM"/>
                    <Option type="QString" name="line_style" value="solid"/>
                    <Option type="QString" name="capstyle" value="round"/>
                    <Option type="QString" name="joinstyle" value="round"/>
                  </Option>
                </layer>
              </symbol>
        """
    }

    private static func outlineSymbol(_ index: Int, _ colour: String) -> String {
        """
              <symbol type="fill" name="\(index)" alpha="1" clip_to_extent="1" force_rhr="0">
                <layer class="SimpleFill" enabled="1" pass="0" locked="0">
                  <Option type="Map">
                    <Option type="QString" name="color" value="\(colour),40"/>
                    <Option type="QString" name="style" value="solid"/>
                    <Option type="QString" name="outline_color" value="\(colour),255"/>
                    <Option type="QString" name="outline_style" value="solid"/>
                    <Option type="QString" name="outline_width" value="0.5"/>
                    <Option type="QString" name="outline_width_unit" value="MM"/>
                    <Option type="QString" name="joinstyle" value="round"/>
                  </Option>
                </layer>
              </symbol>
        """
    }

    private static func hex(_ colour: String) -> String {
        "#"
            + colour.split(separator: ",").map { part in
                let digits = String(Int(part) ?? 0, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }
}
