#!/usr/bin/env python3
"""Writes small inputs for each fuzzed format below the folder given, the same ones every time. Python's own library is enough.

TIFF and PNG are put together by hand, so that each way of storing samples is there once; YAML and GeoJSON are the project's own examples.
"""

import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

# Bytes of one value of each TIFF field type (TIFF 6.0, section 2; 13 and 16 to 18 by its later supplements).
FIELD_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 11: 4, 12: 8, 16: 8}
FIELD_LETTERS = {1: "B", 2: "B", 3: "H", 4: "I", 11: "f", 12: "d", 16: "Q"}


def packbits(data):
    out = b""
    for start in range(0, len(data), 128):
        piece = data[start : start + 128]
        out += bytes([len(piece) - 1]) + piece
    return out


def lzw(data):
    """Codes of nine bits only: the table is cleared before it needs ten."""
    codes = []
    for start in range(0, len(data), 200):
        codes += [256] + list(data[start : start + 200])
    bits = "".join(f"{code:09b}" for code in codes + [257])
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


COMPRESSIONS = {1: bytes, 5: lzw, 8: zlib.compress, 32946: zlib.compress, 32773: packbits}


def samples(width, height, bands, letter, order):
    values = [(x * 7 + y * 13 + band * 40) % 120 for y in range(height) for x in range(width) for band in range(bands)]
    return struct.pack(f"{order}{len(values)}{letter}", *values)


def geo_tags(epsg=32633):
    keys = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg]
    return [(33550, 12, [10, 10, 0]), (33922, 12, [0, 0, 0, 640000, 3440000, 0]), (34735, 3, keys)]


def directory(width, height, *, bands=1, letter="B", order="<", compression=1, predictor=1, tile=None, rows=5, planar=False, subfile=0,
              tags=()):
    """Fields of a directory, and the bytes of its blocks."""
    size = struct.calcsize(letter)
    side = (tile, tile) if tile else (width, rows)
    per_block = 1 if planar else bands
    blocks = []
    for _ in range(bands if planar else 1):
        for y in range(0, height, side[1]):
            for _ in range(0, width, side[0]):
                lines = side[1] if tile else min(rows, height - y)
                data = samples(side[0], lines, per_block, letter, order)
                if predictor == 2:
                    step, row = per_block, side[0] * per_block
                    values = list(struct.unpack(f"{order}{len(data) // size}{letter}", data))
                    values = [v - (values[i - step] if i % row >= step else 0) for i, v in enumerate(values)]
                    data = struct.pack(f"{order}{len(values)}{letter}", *[v % (1 << (8 * size)) for v in values])
                blocks.append(COMPRESSIONS[compression](data))
    kind = 3 if letter in "fd" else 2 if letter in "bhi" else 1
    fields = [
        (254, 4, [subfile]), (256, 4, [width]), (257, 4, [height]), (258, 3, [8 * size] * bands), (259, 3, [compression]),
        (262, 3, [4 if subfile & 4 else 2 if bands >= 3 else 1]), (277, 3, [bands]), (284, 3, [2 if planar else 1]),
        (339, 3, [kind] * bands), *tags,
    ]
    if bands == 4:
        fields.append((338, 3, [2]))
    if predictor != 1:
        fields.append((317, 3, [predictor]))
    if tile:
        fields += [(322, 4, [tile]), (323, 4, [tile])]
    else:
        fields.append((278, 4, [rows]))
    return fields, blocks, (324, 325) if tile else (273, 279)


def tiff(directories, order="<", big=False):
    """A file of the directories, each before its blocks."""
    word = "Q" if big else "I"
    inline = 8 if big else 4
    mark = b"II" if order == "<" else b"MM"
    out = bytearray(mark + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8)))
    for index, (fields, blocks, (offsets_tag, counts_tag)) in enumerate(directories):
        type_of_offsets = 16 if big else 4
        fields = sorted(fields + [(offsets_tag, type_of_offsets, [0] * len(blocks)), (counts_tag, type_of_offsets, [len(b) for b in blocks])])
        head = len(out)
        entry = 20 if big else 12
        behind = head + (8 if big else 2) + entry * len(fields) + (8 if big else 4)
        places = []
        for tag, kind, values in fields:
            bytes_needed = FIELD_SIZES[kind] * len(values)
            places.append(None if bytes_needed <= inline else behind)
            behind += bytes_needed + bytes_needed % 2 if bytes_needed > inline else 0
        at = behind
        starts = []
        for block in blocks:
            starts.append(at)
            at += len(block)
        table, extra = struct.pack(order + ("Q" if big else "H"), len(fields)), b""
        for (tag, kind, values), place in zip(fields, places):
            values = starts if tag == offsets_tag else values
            packed = struct.pack(f"{order}{len(values)}{FIELD_LETTERS[kind]}", *values)
            table += struct.pack(order + "HH" + word, tag, kind, len(values))
            if place is None:
                table += packed.ljust(inline, b"\0")
            else:
                table += struct.pack(order + word, place)
                extra += packed + b"\0" * (len(packed) % 2)
        table += struct.pack(order + word, at if index + 1 < len(directories) else 0)
        out += table + extra + b"".join(blocks)
    return bytes(out)


def text(tag, words):
    return (tag, 2, list(words.encode() + b"\0"))


METADATA = (
    '<GDALMetadata><Item name="SIMULATED">YES</Item><Item name="DESCRIPTION" sample="0" role="description">B04 &lt;red&gt;</Item>'
    '<Item name="SCALE" sample="0" role="scale">0.0001</Item><Item name="OFFSET" sample="0" role="offset">-0.1</Item></GDALMetadata>'
)


def tiffs():
    for order, end in [("<", "little"), (">", "big")]:
        for big in [False, True]:
            name = f"{end}-{'bigtiff' if big else 'classic'}"
            yield name, tiff([directory(9, 7, letter="H", order=order, tags=geo_tags())], order, big)
    for compression in COMPRESSIONS:
        for predictor in [1, 2] if compression not in (1, 32773) else [1]:
            yield f"compression-{compression}-{predictor}", tiff(
                [directory(20, 11, bands=3, compression=compression, predictor=predictor)])
    for letter in "bBhHiIfd":
        yield f"type-{'u' if letter.isupper() else 's'}{letter.lower()}", tiff([directory(6, 5, letter=letter, tags=[text(42113, "7")])])
    yield "floats-by-bytes", tiff([directory(6, 5, letter="f", compression=8, predictor=3)])
    yield "planar", tiff([directory(9, 7, bands=4, planar=True, letter="H", compression=8)])
    yield "planar-tiles", tiff([directory(20, 18, bands=2, planar=True, tile=16)])
    yield "tiles", tiff([directory(40, 20, bands=4, tile=16, letter="H", compression=8, predictor=2, tags=geo_tags())])
    yield "overviews-and-mask", tiff([
        directory(36, 20, tile=16, compression=8, tags=geo_tags() + [text(42112, METADATA), text(42113, "0"), text(306, "2021:01:19 09:15:00")]),
        directory(36, 20, tile=16, compression=8, subfile=4),
        directory(18, 10, tile=16, compression=8, subfile=1),
        directory(18, 10, tile=16, compression=8, subfile=5),
        directory(9, 5, tile=16, compression=8, subfile=1)])
    matrix = [10, 1, 0, 640000, 1, -10, 0, 3440000, 0, 0, 0, 0, 0, 0, 0, 1]
    keys = [1, 1, 0, 6, 1024, 0, 1, 1, 1025, 0, 1, 2, 1026, 34737, 9, 0, 3072, 0, 1, 32767, 3075, 0, 1, 1, 3081, 34736, 1, 0]
    yield "matrix-and-own-projection", tiff([
        directory(6, 5, tags=[(34264, 12, matrix), (34735, 3, keys), (34736, 12, [24.0]), text(34737, "somewhere|")])])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, channels, *, interlaced=False, before=()):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    rows = b""
    passes = [(0, 0, 1, 1)] if not interlaced else [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    line = 0
    for x0, y0, dx, dy in passes:
        columns, lines = len(range(x0, width, dx)), len(range(y0, height, dy))
        if columns == 0:
            continue
        for _ in range(lines):
            count = (columns * channels * depth + 7) // 8
            rows += bytes([line % 5]) + bytes((index * 3 + line) % (2 if colour == 3 else 256) for index in range(count))
            line += 1
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(kind, data) for kind, data in before)
    return out + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pngs():
    palette = [(b"PLTE", bytes(range(12))), (b"tRNS", bytes([0, 128]))]
    for depth in [1, 2, 4, 8, 16]:
        yield f"grey-{depth}", png(11, 6, depth, 0, 1)
    for depth in [1, 2, 4, 8]:
        yield f"palette-{depth}", png(11, 6, depth, 3, 1, before=palette)
    for depth in [8, 16]:
        yield f"rgb-{depth}", png(7, 5, depth, 2, 3, before=[(b"tRNS", bytes(6))])
        yield f"rgba-{depth}", png(7, 5, depth, 6, 4)
        yield f"grey-alpha-{depth}", png(7, 5, depth, 4, 2)
    yield "interlaced", png(13, 9, 8, 2, 3, interlaced=True)
    yield "interlaced-bits", png(13, 9, 1, 0, 1, interlaced=True)
    texts = [(b"tEXt", b"Title\0somewhere"), (b"zTXt", b"Note\0\0" + zlib.compress(b"a" * 90)),
             (b"iTXt", b"SIMULATED\0\0\0en\0\0YES"), (b"gAMA", struct.pack(">I", 45455)), (b"pHYs", struct.pack(">IIB", 10, 10, 1)),
             (b"tIME", struct.pack(">HBBBBB", 2021, 1, 19, 9, 15, 0))]
    yield "texts", png(3, 3, 8, 0, 1, before=texts)


SIDECARS = {
    "world": "10.0\n0.0\n0.0\n-20.0\n500005.0\n3399990.0\n",
    "world-commas": "10\r\n0\r\n0\r\n-20,0\r\n500005\r\n3399990\r\n",
    "epsg": "<PAMDataset>\n<SRS>EPSG:32633</SRS>\n<GeoTransform>500000.0, 10.0, 0.0, 3400000.0, 0.0, -10.0</GeoTransform>\n"
    '<Metadata><MDI key="SIMULATED">YES</MDI></Metadata>\n<Metadata domain="IMAGE_STRUCTURE"><MDI key="a">b</MDI></Metadata>\n'
    '<PAMRasterBand band="1"><Description>B04</Description><NoDataValue>0</NoDataValue><Offset>-0.1</Offset><Scale>1e-4</Scale>'
    "</PAMRasterBand>\n</PAMDataset>\n",
    "wkt": '<?xml version="1.0"?><!-- a --><PAMDataset><SRS dataAxisToSRSAxisMapping="2,1">GEOGCS["WGS 84",DATUM["WGS_1984",'
    'SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]</SRS>'
    "<GeoTransform>16,1e-4,0,31,0,-1e-4</GeoTransform><Metadata><MDI key='a&amp;&#65;'><![CDATA[b<c]]></MDI></Metadata></PAMDataset>",
}

NAMES = [
    "S2A_MSIL2A_20200701T093041_N0214_R136_T33RXQ_20200701T121949.SAFE/GRANULE/L2A_T33RXQ_A026123_20200701T093041/IMG_DATA/R10m/"
    "T33RXQ_20200701T093041_B04_10m.tif",
    "S2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B04.tif\nS2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B08.tif",
    "S2A_OPER_PRD_MSIL1C_PDMC_20160706T155721_R094_V20150821T110931_20150821T110931.tif",
    "33/R/XQ/S2A_33RXQ_20200701_0_L2A/B04.tif\n33/R/XQ/S2A_33RXQ_20200701_0_L2A/SCL.tif",
    "LC08_L2SP_187038_20200701_20200913_02_T1_SR_B4.TIF\nLC08_L2SP_187038_20200701_20200913_02_T1_QA_PIXEL.TIF",
    "20210119_081516_35_2518_3B_AnalyticMS_SR.tif\n20210119_081516_35_2518_3B_udm2.tif",
    "2021-01-19/0331/103001010B9A1B00-visual.tif\n12/031133012/2021-01-19/103001010B9A1B00-ms.tif",
    "tile-a/2021-01-19.tif\ntile-a/20210224T081516_mask.tif\n2021/01/19/red.tif\nchange_2020-01-01_2021-01-01.tif",
    "a.jp2\nb.png\nc.tiff\n.hidden.tif\nd\u00e9sert_33RXQ_2020-02-30.tif\na b/\u202e.tif",
]

METADATA_FILES = {
    "safe": '<n1:Level-2A_User_Product><General_Info><Product_Info><PRODUCT_START_TIME>2021-01-19T09:15:01.024Z</PRODUCT_START_TIME>'
    '<Datatake datatakeIdentifier="GS2A"><DATATAKE_SENSING_START>2021-01-19T09:15:01.024Z</DATATAKE_SENSING_START></Datatake></Product_Info>'
    '<BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE><BOA_ADD_OFFSET_VALUES_LIST>'
    '<BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET></BOA_ADD_OFFSET_VALUES_LIST></General_Info></n1:Level-2A_User_Product>',
    "level-1c": '<QUANTIFICATION_VALUE unit="none">10000</QUANTIFICATION_VALUE><RADIO_ADD_OFFSET band_id="3">-1000</RADIO_ADD_OFFSET>',
    "stac": '{"type":"Feature","properties":{"datetime":"2021-01-20T09:15:01Z","earthsearch:boa_offset_applied":true},"assets":{"red":'
    '{"href":"https://example.org/B04.tif?x","raster:bands":[{"scale":0.0001,"offset":-0.1,"nodata":0}]}}}',
    "stac-1.1": '{"properties":{"start_datetime":"2021-01-20T09:15:01Z"},"assets":{"red":{"href":"B04.tif","bands":[{"raster:scale":1e-4,'
    '"raster:offset":0}]},"a":{"href":"a","raster:scale":1,"raster:offset":2}}}',
}

PIPELINES = {
    "short": "imagery: .\noutput: out\n",
    "whole": "name: a\nimagery: ../Imagery\noutput: ../Output\narea: place.geojson\n"
    "scenes: { from: 2020-01-01, until: 2021-12-31, bands: [B02, B03] }\n"
    "detect:\n  false_alarms_per_1000_km2: 1\n  minimum_length_m: 2e2\nclaims: claims.yaml\n"
    "schedule: { heartbeat: 'https://example.org/a', metrics: a.prom }\n",
    "anchors": "imagery: &a \"in\\u0041\"\noutput: *a\nname: >-\n  two\n  lines\nscenes: {bands: B04}\narea: ~\n",
}

MEASURES = {
    "linear_length_km": "by: 2020-07-22, since: 2020-04-11, expect: { at_least: 2, less_than: 9 }, size_m: 500",
    "linear_onset": "expect: { no_earlier_than: 2020-05-01, no_later_than: 2020-07-01 }",
    "linear_bearing_deg": "expect: { about: { value: 11, tolerance: 25 } }",
    "linear_persistence_days": "expect: { more_than: 20 }",
    "compact_count": "near_linear_m: 1000, expect: { between: [1, 5] }",
    "compact_extent_km": "line: line.geojson, expect: { at_most: 5 }",
    "change_area_ha": "expect: { less_than: 5 }",
    "linear_share_near": "line: line.geojson, distance_m: 50000, expect: { at_least: 0.5 }",
}


def registers():
    places = "places:\n  here: place.geojson\n  there: { centre: [16.5, 30.4], radius_km: 8 }\n"
    head = "article: { title: a, publisher: b, published: 2021-01-22, url: 'https://example.org', note: c }\n" + places + "claims:\n"
    entries = ""
    for index, (measure, rest) in enumerate(MEASURES.items()):
        place = ["here", "there"][index % 2]
        entry = f"  - {{ id: c-{index}, statement: a, attributed_to: b, measure: {measure}, place: {place}, {rest} }}\n"
        entries += entry
        yield measure, head + entry
    entries += "  - id: n\n    statement: a\n    attributed_to: b\n    wording: w\n    not_testable: r\n    weigh_with: [c-0, c-1]\n"
    yield "all", head + entries


GEOJSON = {
    "polygon": '{"type":"Polygon","coordinates":[[[16,30],[17,30],[17,31],[16,31],[16,30]],[[16.2,30.2],[16.3,30.2],[16.3,30.3],[16.2,30.2]]]}',
    "multipolygon": '{"type":"Feature","properties":null,"geometry":{"type":"MultiPolygon","coordinates":[[[[16,30],[17,30],[17,31],[16,30]]],'
    '[[[16.5,30],[17.5,30],[17.5,31],[16.5,30]]]]}}',
    "collection": '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":['
    '{"type":"Point","coordinates":[16.5,30.4]},{"type":"MultiPoint","coordinates":[[16.5,30.4,7]]}]},"properties":{"confidence":0.9}}]}',
    "truth": '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"linear","cnr":3,"profile":"bright"},"geometry":'
    '{"type":"LineString","coordinates":[[16.45,30.4],[16.46,30.45]]}},{"type":"Feature","properties":{"kind":"compact","cnr":2},'
    '"geometry":{"type":"Point","coordinates":[16.5,30.5]}},{"type":"Feature","geometry":null,"properties":{}}]}',
    "detections": '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"confidence":1e-1},"geometry":'
    '{"type":"MultiLineString","coordinates":[[[16.45,30.4],[16.46,30.45]],[[179.9,0],[-179.9,0.1]]]}},{"type":"Feature","properties":{},'
    '"geometry":{"type":"Polygon","coordinates":[[[16.4,30.4],[16.4001,30.4],[16.4001,30.4001],[16.4,30.4]]]}}]}',
}

SCENARIOS = {
    "one": "name: a\ndescription: b\nseed: 1\nepsg: 32633\npixel_m: 10\nnoise: 25\nhaze: 0\nstep_dn: 2\ndates:\n  - 2020-01-01\n"
    "  - { date: 2021-01-01, shift_px: [0.3, -0.4], gain: [1, 1, 1, 1.1], offset: [0, 0, 0, 9], clouds: { cover: 0.2, mask: true } }\n"
    "tiles: [{ name: a, west: 640000, north: 3440000, width: 16, height: 16, dates: [2020-01-01] }]\n"
    "ground: { texture: 1, dunes: 0.3, wadis: 0.5 }\nroads: [{ points: [[0, 0], [9, 9]], width_m: 9, contrast: -0.2 }]\n"
    "towns: [{ centre: [1, 2], radius_m: 90, bearing_deg: 8, built: 0.5 }]\nearthworks:\n"
    "  - { line: { start: [640010, 3439990], bearing_deg: 11, length_m: 90, wander_deg: 3, profile: bright, width_m: 16 }, cnr: 2, onset: 2020-06-01 }\n"
    "  - { line: { points: [[0, 0], [9, 9]] }, cnr: 2, onset: 2020-06-01, removed: 2020-08-01 }\n"
    "  - { position: { at: [640050, 3439950], size_px: 4, shape: ring }, cnr: 2, onset: 2020-06-01 }\n"
    "convoys: [{ date: 2020-01-01, points: [[0, 0], [9, 9]], vehicles: 3, cnr: 5 }]\n",
}


# Deeper than the parsers follow, closed or not; short, lest all mutations be long.
DEEP_YAML = {
    "deep-lists": "name: " + "[" * 3000,
    "deep-mappings": "name: " + "{a: " * 1500,
    "deep-blocks": "".join(" " * depth + "a:\n" for depth in range(80)),
    "aliases": "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(8)),
}
DEEP_JSON = {
    "deep-lists": "[" * 2000 + "]" * 2000,
    "deep-coordinates": '{"type":"Polygon","coordinates":' + "[" * 2000 + "]" * 2000 + "}",
    "deep-collections": '{"type":"GeometryCollection","geometries":[' * 60 + "]}" * 60,
}


def main():
    target = pathlib.Path(sys.argv[1])

    def put(kind, items):
        folder = target / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in items:
            (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())

    def examples(folder, pattern):
        return [(path.name, path.read_bytes()) for path in sorted((ROOT / "Pipelines" / folder).glob(pattern))]

    put("tiff", tiffs())
    put("png", pngs())
    put("sidecar", SIDECARS.items())
    put("names", ((f"names-{index}", names) for index, names in enumerate(NAMES)))
    put("metadata", [*METADATA_FILES.items(), *DEEP_JSON.items()])
    put("pipeline", [*PIPELINES.items(), *DEEP_YAML.items(), *examples(".", "*.yaml")])
    put("register", [*registers(), *DEEP_YAML.items(), *examples("claims", "*.yaml")])
    put("geojson", [*GEOJSON.items(), *DEEP_JSON.items(), *examples("areas", "*.geojson")])
    put("scenario", [*SCENARIOS.items(), *DEEP_YAML.items(), *examples("scenarios", "*.yaml")])


if __name__ == "__main__":
    main()
