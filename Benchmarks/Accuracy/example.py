"""One faint line, from pixels that do not show it to the sum that does: the figure of the documentation, from a shipped scenario."""
import base64, math, struct, zlib

import numpy as np
import rasterio
from pyproj import Transformer
from scipy import ndimage
from shapely.geometry import shape
from shapely.ops import transform

import drawing, simulated
from common import features, run, table

SCENARIO = "desert-pair.yaml"
CNR = 0.7
SIDE = 224
REACH = 12


def example(program, work, figures):
    folder = work / "example"
    simulated.simulate(program, folder, (simulated.SCENARIO.parent / SCENARIO).read_text())
    before, after = sorted((folder / "Imagery" / "33RXQ").glob("2*.tif"))
    out = folder / "out"
    run(program, "diff", before, after, "--output", out, "--outputs", "detections,change", "--quiet")
    raster = next((out / "change").rglob("*.tif"))
    with rasterio.open(raster) as file:
        change = file.read(1).astype(float) * file.scales[0]
        change[file.read(1) == file.nodata] = 0
        to_map = Transformer.from_crs(4326, file.crs, always_xy=True).transform
        inverse = ~file.transform
    with rasterio.open(after) as file:
        grey = file.read().mean(axis=0)

    def pixels(feature):
        x, y = np.array(transform(to_map, shape(feature["geometry"])).coords).T
        return np.stack([inverse.a * x + inverse.c, inverse.e * y + inverse.f], axis=1)

    truth = next(f for f in features(folder / "truth.geojson") if f["properties"]["cnr"] == CNR and f["properties"]["kind"] == "linear")
    course = pixels(truth)
    straight = shape({"type": "LineString", "coordinates": course})
    found = [f for f in features(out / "detections.geojson") if f["properties"]["kind"] == "linear"
             and straight.buffer(3).contains(shape({"type": "Point", "coordinates": pixels(f)[len(pixels(f)) // 2]}))]
    across = sections(change, course)
    offsets = np.arange(-REACH, REACH + 1)
    middle = np.abs(offsets) <= 1
    rows = [("line", "CNR", "length m", "change in its middle, sigma a pixel", "found: length m", "snr", "false alarms / 1 000 km2")]
    for f in found:
        p = f["properties"]
        rows.append((truth["properties"]["profile"], CNR, truth["properties"]["length_m"],
                     f"{across[:, middle].mean():.2f}", p["length_m"], p["snr"], p["false_alarms_per_1000_km2"]))
    table(f"One faint line of {SCENARIO} (simulated)", rows)
    if figures:
        draw(grey, change, course, [pixels(f) for f in found], offsets, across, figures / "faint-line.svg")


def sections(plane, course):
    """Values across a course, a row a pixel of its length, at -REACH ... REACH px."""
    rows = []
    for a, b in zip(course, course[1:]):
        d = (b - a) / math.dist(a, b)
        for at in np.arange(0.5, math.dist(a, b)):
            rows.append(a + at * d + np.arange(-REACH, REACH + 1)[:, None] * np.array([-d[1], d[0]]) - 0.5)
    points = np.array(rows)
    return ndimage.map_coordinates(plane, [points[..., 1], points[..., 0]], order=1)


def png(levels, palette):
    """A PNG of 16 colours; `levels` 0 to 15."""
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    height, width = levels.shape
    packed = (levels[:, ::2] << 4 | levels[:, 1::2]).astype(np.uint8)
    body = b"".join(b"\0" + row.tobytes() for row in packed)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0))
            + chunk(b"PLTE", bytes(v for colour in palette for v in colour)) + chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b""))


def draw(grey, change, course, found, offsets, across, path):
    centre = (course.min(axis=0) + course.max(axis=0)) / 2
    left, top = (int(min(max(0, c - SIDE / 2), n - SIDE)) for c, n in zip(centre, (grey.shape[1], grey.shape[0])))
    window = (slice(top, top + SIDE), slice(left, left + SIDE))
    canvas = drawing.Canvas(700, 560)
    size, scale = 216, 216 / SIDE
    low, high = np.quantile(grey[window], (0.01, 0.99))
    greys = [(round(255 * i / 15),) * 3 for i in range(16)]
    # From blue (darker) over white to vermilion (brighter).
    blend = lambda end, t: tuple(round(255 + (e - 255) * t) for e in end)
    poles = [blend((11, 95, 165), 1 - i / 7.5) if i < 7.5 else blend((200, 80, 30), i / 7.5 - 1) for i in range(16)]
    level = lambda plane, a, b: np.clip((plane[window] - a) / (b - a) * 16, 0, 15).astype(np.uint8)
    panels = [("the later date", level(grey, low, high), greys), ("signed change, −3 to 3 σ", level(change, -3, 3), poles),
              ("the same, and what is found", level(change, -3, 3), poles)]
    for place, (title, levels, palette) in enumerate(panels):
        x, y = 12 + place * 230, 34
        canvas.text(x, y - 10, title, size=13, weight="bold")
        data = "" if place == 2 else base64.b64encode(png(levels, palette)).decode()
        if place == 2:
            canvas.add('<use href="#change" x="230"/>')
        else:
            canvas.add(f'<image id="{("date", "change")[place]}" x="{x}" y="{y}" width="{size}" height="{size}" style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>')
        canvas.add(f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="none" stroke="{drawing.GREY}"/>')
        if place == 2:
            for line in found:
                points = [(x + (px - left) * scale, y + (py - top) * scale) for px, py in line if 0 <= px - left < SIDE and 0 <= py - top < SIDE]
                if len(points) > 1:
                    way = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
                    canvas.add(f'<path d="{way}" fill="none" stroke="#111111" stroke-width="1.6"/>')
    # A scale bar of 500 m.
    canvas.add(f'<rect x="12" y="254" width="{50 * scale:.1f}" height="4" fill="{drawing.INK}"/>')
    canvas.text(12 + 50 * scale + 8, 261, "500 m", size=12)
    plot = drawing.Plot(canvas, left=70, top=296, width=440, height=205, x=(-REACH, REACH), y=(-3.2, 3.2))
    plot.frame("distance from the line, px", "change, σ", x_ticks=[-10, -5, 0, 5, 10], y_ticks=[-3, -2, -1, 0, 1, 2, 3])
    entries = []
    for which, count in enumerate((1, 10, len(across))):
        start = (len(across) - count) // 2
        mean = across[start:start + count].mean(axis=0)
        colour = ("#aaaaaa", *drawing.COLOURS)[which]
        plot.line(list(zip(offsets, mean)), colour, width=(1.2, 1.4, 2.4)[which])
        entries.append((colour, count))
    for i, (colour, count) in enumerate(entries):
        y = 330 + 24 * i
        canvas.add(f'<path d="M530 {y}h22" stroke="{colour}" stroke-width="2.4"/>')
        canvas.text(560, y + 4, "one pixel of it" if count == 1 else f"mean of {count} px", size=12)
    canvas.text(530, 420, "along the true line", size=12)
    canvas.text(530, 437, "(simulated)", size=12)
    canvas.save(path)
