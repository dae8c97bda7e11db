"""The program's own detection power against earthworks implanted by other means.

A claims register makes `run` implant reference trenches into its own scenes and search them again; what it recovered is in its ledger. Here the same trench, as
Documentation/claims.md describes it, is drawn into the later date's pixels by code of its own: relief, sun and shadow computed piece by piece, drawn 8 times finer
than the pixels, blurred and averaged. The files go through `diff` like any others, laws and noise measured anew, and found lines are judged as the program judges
its own: recovered is what accepted lines cover to one half within 2 px.
"""
import datetime, json, math, random, sqlite3

import numpy as np
import rasterio
from pyproj import Transformer
from scipy import ndimage

import drawing, simulated
from common import binomial_interval, features, run, table

SIDE, PIXEL = 768, 10.0
#: Noise of a date, digital numbers: what sets the trench's contrast-to-noise ratio. Desert's own is 20 to 25.
NOISES = (25, 50, 80, 120)
LENGTHS = (3072, 1600, 800, 400, 200)
#: Files a scene. Each gets one trench of each length: short ones are what the scene's law of chance is measured on, and many of them would be taken for it.
ROUNDS = 6
#: The program draws its places by the tile's name: scenes of other names get other places and bearings.
TILES = ("33RXQ", "33RXP", "33RWQ", "33RWP", "33RVQ", "33RVP", "33RXN", "33RWN", "33RVN", "33RXR", "33RWR", "33RVR")
#: As the program places its own, so that the two mean the same: from each other and from the edge, pixels.
SPACING, EDGE, REACH = 28, 12, 2.0
FINE = 8


# The trench

RELIEF = [(-4.5, 0.0), (-3.5, -1.5), (-2.0, -1.5), (-1.0, 0.0), (0.0, 0.0), (2.5, 1.5), (5.0, 0.0)]
SOIL = (-4.5, 7.0, 1.1)
SKY_SHARE = 0.15
#: Standard deviation of what a pixel sees, its own square included, in pixels.
SPREAD = 0.65


def sun(date, latitude):
    """Elevation and azimuth in radians at Sentinel-2's overpass: 10:30 mean local time at the node, later to the north of it."""
    day = date.timetuple().tm_yday
    declination = math.radians(-23.44) * math.cos(2 * math.pi * (day + 10) / 365)
    b = 2 * math.pi * (day - 81) / 364
    minutes = 9.87 * math.sin(2 * b) - 7.53 * math.cos(b) - 1.5 * math.sin(b)
    phi = math.radians(latitude)
    hour = math.radians((10.5 - 12) * 15 + minutes / 4) + math.asin(math.tan(phi) / math.tan(math.radians(180 - 98.62)))
    up = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(hour)
    elevation = math.asin(up)
    azimuth = math.acos((math.sin(declination) - up * math.sin(phi)) / (math.cos(elevation) * math.cos(phi)))
    return elevation, azimuth if hour < 0 else 2 * math.pi - azimuth


def section(bearing, elevation, azimuth, step=0.05):
    """Offsets to the right of a line, and the contrast of ground there against level crust."""
    offset = np.arange(-12, 14, step)
    height = np.interp(offset, *zip(*RELIEF), left=0, right=0)
    slope = np.gradient(height, step)
    # Where the sun stands across the line: its way to the right for a metre of height.
    across = math.cos(elevation) * math.sin(azimuth - bearing) / math.sin(elevation)
    upright = 1 / np.sqrt(1 + slope**2)
    direct = np.maximum(0, 1 - slope * across) * upright
    if abs(across) > 1e-6:
        # A ray towards the sun climbs 1/|across| a metre.
        ray = height - offset / across
        shadow = (np.maximum.accumulate(ray[::-1])[::-1] if across > 0 else np.maximum.accumulate(ray)) > ray + 1e-9
        direct = np.where(shadow, 0, direct)
    soil = np.where((offset >= SOIL[0]) & (offset < SOIL[1]), SOIL[2], 1)
    return offset, soil * ((1 - SKY_SHARE) * direct + SKY_SHARE * (1 + upright) / 2) - 1


def implant(planes, course, elevation, azimuth, strength):
    """Multiplies the planes by one plus the trench's contrast. `course`: vertices (column, row) of the scene's own pixels."""
    margin = 6
    low = np.floor(course.min(axis=0)).astype(int) - margin
    high = np.ceil(course.max(axis=0)).astype(int) + margin
    width, height = high - low
    contrast = np.zeros((height * FINE, width * FINE), np.float32)
    nearest = np.full(contrast.shape, np.inf, np.float32)
    metres = PIXEL / FINE
    for piece, ((x0, y0), (x1, y1)) in enumerate(zip(course, course[1:])):
        length = math.hypot(x1 - x0, y1 - y0)
        offset, profile = section(math.atan2(x1 - x0, y0 - y1), elevation, azimuth)
        # A fine pixel sees the mean of the section over its own width.
        window = round(metres / (offset[1] - offset[0]))
        profile = np.convolve(profile, np.full(window, 1 / window), "same")
        left, top = np.floor((np.minimum((x0, y0), (x1, y1)) - low) * FINE).astype(int) - 2 * FINE
        right, bottom = np.ceil((np.maximum((x0, y0), (x1, y1)) - low) * FINE).astype(int) + 2 * FINE
        rows, columns = slice(top, bottom), slice(left, right)
        x = (np.arange(left, right) + 0.5) / FINE + low[0] - x0
        y = ((np.arange(top, bottom) + 0.5) / FINE + low[1] - y0)[:, None]
        along = (x * (x1 - x0) + y * (y1 - y0)) / length
        right_of = ((x1 - x0) * y - (y1 - y0) * x) / length
        away = np.hypot(right_of, np.maximum(0, np.maximum(-along, along - length)))
        value = np.interp(np.copysign(away, right_of) * PIXEL, offset, profile)
        # Round at a bend, where the nearer piece counts; square at the ends.
        value[((along < 0) & (piece == 0)) | ((along > length) & (piece == len(course) - 2))] = 0
        own = away < nearest[rows, columns]
        contrast[rows, columns] = np.where(own, value, contrast[rows, columns])
        nearest[rows, columns] = np.where(own, away, nearest[rows, columns])
    # The pixel's own square is the mean over it; the rest of the spread is blur.
    blurred = ndimage.gaussian_filter(contrast, math.sqrt(SPREAD**2 - 1 / 12) * FINE)
    seen = blurred.reshape(height, FINE, width, FINE).mean(axis=(1, 3))
    (x, y), (columns, rows) = low, (width, height)
    planes[:, y:y + rows, x:x + columns] *= 1 + strength * seen


# Placing and judging

def course(draw, length):
    """A gently bending course about the origin, vertices a hundred metres apart, as the program's own."""
    bearing, turn, left = draw.uniform(0, 2 * math.pi), 0.0, length
    points = [np.zeros(2)]
    while left > 0:
        turn = 0.8 * turn + math.radians(6) * draw.gauss(0, 1)
        step = min(left, 100.0) / PIXEL
        points.append(points[-1] + step * np.array([math.sin(bearing + turn), -math.cos(bearing + turn)]))
        left -= 100
    points = np.array(points)
    return points - points.mean(axis=0)


def every_pixel(points):
    pieces = [np.linspace(a, b, max(1, round(math.dist(a, b))), endpoint=False) for a, b in zip(points, points[1:])]
    return np.concatenate([*pieces, points[-1:]])


def placed(draw):
    """A course of each length, the longest first, off each other."""
    result, taken = [], []
    for length in LENGTHS:
        for _ in range(120):
            points = course(draw, length) + [draw.uniform(0, SIDE), draw.uniform(0, SIDE)]
            dense = every_pixel(points)
            if dense.min() < EDGE or dense.max() >= SIDE - EDGE:
                continue
            if all(np.min(np.hypot(*(dense[:, None] - other[None, ::4]).transpose(2, 0, 1))) > SPACING for other in taken):
                taken.append(dense)
                result.append((length, points))
                break
    return result


def recovered(points, found):
    dense = every_pixel(points)
    covered = np.zeros(len(dense), bool)
    for line in found:
        for a, b in zip(line, line[1:]):
            d = b - a
            t = np.clip((dense - a) @ d / max(d @ d, 1e-12), 0, 1)
            covered |= np.hypot(*(dense - a - t[:, None] * d).T) <= REACH
    return covered.mean() >= 0.5


def implanted_by_other_means(program, folder, seed, shift):
    """(length, strength, recovered) of trenches drawn into the folder's later date."""
    before, after = sorted((folder / "Imagery").glob("*/2*.tif"))
    with rasterio.open(after) as scene:
        planes, profile = scene.read().astype(np.float64), scene.profile
        kept = {key: getattr(scene, key) for key in ("descriptions", "scales", "offsets")}
        tags = scene.tags()
    with rasterio.open(before) as scene:
        to_map = Transformer.from_crs(4326, scene.crs, always_xy=True)
        inverse = ~scene.transform
        latitude = Transformer.from_crs(scene.crs, 4326, always_xy=True).transform(*scene.xy(SIDE / 2, SIDE / 2))[1]
    elevation, azimuth = sun(datetime.date.fromisoformat(after.stem), latitude)
    result = []
    for turn in range(ROUNDS):
        draw = random.Random(seed * 100 + turn)
        works = placed(draw)
        changed = planes.copy()
        for length, points in works:
            implant(changed, points + shift, elevation, azimuth, 1.0)
        path = folder / f"implanted-{turn}" / after.parent.name / after.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(path, "w", **profile) as file:
            file.write(np.clip(np.round(changed), 1, 65535).astype(np.uint16))
            file.update_tags(**tags)
            for key, value in kept.items():
                setattr(file, key, value)
        out = folder / f"diff-{turn}"
        run(program, "diff", before, path, "--output", out, "--outputs", "detections", "--quiet")
        found = []
        for f in features(out / "detections.geojson"):
            if f["properties"]["kind"] == "linear":
                x, y = to_map.transform(*np.array(f["geometry"]["coordinates"]).T)
                found.append(np.stack([inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f], axis=1))
        result += [(length, recovered(points, found)) for length, points in works]
    return result


REGISTER = """article: { title: Detection power, published: 2021-12-31, note: Made up to ask for the power of these scenes. }
places: { here: { centre: [16.5, 31.06], radius_km: 20 } }
claims:
  - { id: line, statement: A line., attributed_to: nobody, measure: linear_length_km, place: here, size_m: 800, expect: { at_least: 1000 } }
"""


def implanted_by_the_program(program, folder):
    (folder / "register.yaml").write_text(REGISTER)
    simulated.search(program, folder, limit=1, claims="register.yaml")
    with sqlite3.connect(folder / "out-1" / ".trenchwatch" / "ledger.sqlite") as ledger:
        kept = ledger.execute("SELECT result FROM step WHERE kind = 'injection'").fetchall()
    return [(i["sizeMetres"], i["isRecovered"]) for (result,) in kept for i in json.loads(result)["implants"]
            if i["kind"] == "linear" and i["strength"] == 1]


def injection(program, work, scenes, figures):
    rows = [("noise", "length m", "program: implanted", "share", "95 %", "by other means: implanted", "share", "95 %", "difference", "standard errors")]
    drawn = {}
    for noise in NOISES:
        own, other = {}, {}
        for index in range(scenes):
            folder = work / f"power-{noise}-{index}"
            text = simulated.scenario("desert", 5000 + index, side=SIDE, noise=noise)
            simulated.simulate(program, folder, text.replace("name: 33RXQ", f"name: {TILES[index % len(TILES)]}"))
            shift = json.loads((folder / "case.json").read_text())["scenes"][1]["shift_px"]
            shift = np.array([shift["x"], shift["y"]])
            for length, found in implanted_by_the_program(program, folder):
                own.setdefault(length, []).append(found)
            for length, found in implanted_by_other_means(program, folder, 5000 + index, shift):
                other.setdefault(length, []).append(found)
        for length in sorted(LENGTHS):
            a, b = own.get(length, []), other.get(length, [])
            if not a or not b:
                continue
            cells = []
            for some in (a, b):
                low, high = binomial_interval(sum(some), len(some))
                cells.append((len(some), f"{sum(some) / len(some):.2f}", f"{low:.2f} to {high:.2f}"))
            p, q = sum(a) / len(a), sum(b) / len(b)
            # Agresti and Caffo's errors, which none and all have too.
            error = math.sqrt(sum((r := (sum(s) + 1) / (len(s) + 2)) * (1 - r) / (len(s) + 2) for s in (a, b)))
            rows.append((noise, length, *cells[0], *cells[1], f"{p - q:+.2f}", f"{(p - q) / error:+.1f}"))
            drawn.setdefault(noise, []).append((length, a, b))
    table("Recovered share of reference trenches: the program's own implants and those drawn by other means (simulated desert)", rows)
    if figures:
        draw_shares(drawn, figures / "power.svg")


def draw_shares(drawn, path):
    canvas = drawing.Canvas(700, 350)
    plot = drawing.Plot(canvas, left=70, top=20, width=430, height=262, x=(150, 4200), y=(0, 1.02), log_x=True)
    plot.frame("length of the trench, m", "recovered share", x_ticks=[200, 400, 800, 1600, 3200], y_ticks=[0, 0.25, 0.5, 0.75, 1])
    for which, (noise, cells) in enumerate(drawn.items()):
        colour = drawing.COLOURS[which]
        plot.line([(length, sum(b) / len(b)) for length, _, b in cells], colour)
        for length, a, b in cells:
            low, high = binomial_interval(sum(a), len(a))
            plot.whisker(length * 1.02 ** (which - 1.5), low, high, colour)
            plot.point(length * 1.02 ** (which - 1.5), sum(a) / len(a), colour, which)
        canvas.mark(524, 66 + 24 * which, colour, which)
        canvas.text(538, 70 + 24 * which, f"noise {noise}", size=12)
    canvas.text(516, 42, "one date's noise, 1/10 000", size=12)
    for i, words in enumerate(("points: the program's own", "implants, with 95 %", "lines: the same trench", "drawn by other means")):
        canvas.text(516, 180 + 17 * i, words, size=12)
    canvas.save(path)
