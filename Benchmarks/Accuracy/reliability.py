"""Whether `confidence` is what it says.

It is one minus the chance that noise makes at least one such object in what was observed. So where nothing changed the confidence of a
scene's strongest chance object is evenly spread from 0 to 1, whatever the scene. With works in the scene, the
share of finds that are true is to rise with it.
"""
import math, random

from pyproj import Transformer
from scipy import stats
from shapely.geometry import shape
from shapely.ops import transform

import drawing, simulated
from common import binomial_interval, features, table

KINDS = {"linear": "lines", "compact": "compact"}
BINS = (0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0000001)
#: A find is true if it lies within so many metres of an implant over half of its length, or, compact, touches that.
BESIDE = 25


def reliability(program, work, area, scenes, figures):
    strongest = without_change(program, work, area)
    bins = with_works(program, work, scenes)
    if figures:
        draw_strongest(strongest, figures / "confidence.svg")
        draw_bins(bins, figures / "reliability.svg")


def without_change(program, work, area):
    """For each ground and kind the confidences of every scene's strongest chance object, ascending; 0 where there was none."""
    result = {}
    rows = [("ground", "kind", "scenes", "mean (0.5)", "below 0.1", "below 0.5", "above 0.9", "even? (Kolmogorov-Smirnov)")]
    for ground, name in simulated.GROUNDS.items():
        tops = {kind: [] for kind in KINDS}
        for index in range(max(1, math.ceil(area / simulated.KM2))):
            found, _ = simulated.unchanged(program, work, ground, index)
            for kind in KINDS:
                tops[kind].append(max((f["properties"]["confidence"] for f in found if f["properties"]["kind"] == kind), default=0.0))
        for kind, word in KINDS.items():
            values = sorted(tops[kind])
            n = len(values)
            rows.append((name, word, n, f"{sum(values) / n:.2f}", f"{sum(v < 0.1 for v in values) / n:.2f}",
                         f"{sum(v < 0.5 for v in values) / n:.2f}", f"{sum(v > 0.9 for v in values) / n:.2f}",
                         f"p = {stats.kstest(values, 'uniform').pvalue:.2f}"))
            result[kind, name] = values
    table("Confidence of the strongest chance object of each scene where nothing changed (even from 0 to 1 if confidence is what it says)", rows)
    return result


def works(seed):
    """Lines and positions of mixed contrast, far from each other: two fifths of them too faint to be found."""
    draw = random.Random(seed)
    side, margin, room = simulated.SIDE * 10, 600, 900
    taken, lines = [], []

    def free(points):
        inside = all(margin < x < side - margin and margin < y < side - margin for x, y in points)
        return inside and all(math.dist(p, q) > room / 2 for p in points for q in taken)

    def place(make):
        for _ in range(200):
            points, text = make(draw.uniform(0, side), draw.uniform(0, side))
            if free(points):
                taken.extend(points)
                lines.append(text)
                return

    def line(x, y):
        length, bearing = draw.choice([400, 800, 1600]), draw.uniform(0, 360)
        dx, dy = math.sin(math.radians(bearing)), -math.cos(math.radians(bearing))
        points = [(x + at * dx, y + at * dy) for at in range(0, length + 1, 200)]
        cnr = draw.choice([0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.5])
        return points, (f"{{ line: {{ start: [{640000 + x:.0f}, {3440000 - y:.0f}], bearing_deg: {bearing:.0f}, length_m: {length}, "
                        f"wander_deg: 4, profile: {draw.choice(['bright', 'dark', 'dipole'])} }}, cnr: {cnr}, onset: 2020-09-01 }}")

    def site(x, y):
        cnr, size = draw.choice([1, 1.5, 2, 2.5, 3, 4]), draw.choice([3, 4, 5])
        return [(x, y)], (f"{{ position: {{ at: [{640000 + x:.0f}, {3440000 - y:.0f}], size_px: {size} }}, cnr: {cnr}, onset: 2020-09-01 }}")

    for _ in range(12):
        place(line)
    for _ in range(16):
        place(site)
    return lines


def with_works(program, work, scenes):
    """Of each kind and bin of confidence: true finds, finds, sum of their confidences."""
    result = {kind: [[0, 0, 0.0] for _ in BINS[1:]] for kind in KINDS}
    for ground in simulated.GROUNDS:
        for index in range(scenes):
            folder = work / f"works-{ground}-{index}"
            simulated.simulate(program, folder, simulated.scenario(ground, 3000 + index, works=works(3000 + index)))
            found, _ = simulated.search(program, folder)
            to_map = Transformer.from_crs(4326, 32633, always_xy=True).transform
            truth = [transform(to_map, shape(f["geometry"])).buffer(BESIDE) for f in features(folder / "truth.geojson")]
            for f in found:
                place, properties = transform(to_map, shape(f["geometry"])), f["properties"]
                if properties["kind"] == "linear":
                    true = sum(place.intersection(t).length for t in truth) >= place.length / 2
                else:
                    true = any(place.intersects(t) for t in truth)
                at = next(i for i, top in enumerate(BINS[1:]) if properties["confidence"] < top)
                cell = result[properties["kind"]][at]
                cell[0] += true
                cell[1] += 1
                cell[2] += properties["confidence"]
    rows = [("kind", "confidence", "finds", "mean confidence", "true", "share", "95 %")]
    for kind, cells in result.items():
        for (true, count, total), low, high in zip(cells, BINS, BINS[1:]):
            if count:
                interval = binomial_interval(true, count)
                rows.append((KINDS[kind], f"{low:g} to {min(high, 1):g}", count, f"{total / count:.2f}", true, f"{true / count:.2f}",
                             f"{interval[0]:.2f} to {interval[1]:.2f}"))
    table("Share of true finds by confidence (simulated scenes with works of mixed contrast, searched at a limit of 100)", rows)
    return result


def draw_strongest(values, path):
    canvas = drawing.Canvas(700, 366)
    for place, (kind, word) in enumerate(KINDS.items()):
        plot = drawing.Plot(canvas, left=64 + place * 336, top=36, width=270, height=252, x=(0, 1), y=(0, 1))
        n = max(len(v) for (k, _), v in values.items() if k == kind)
        shares = [(i + 0.5) / n for i in range(n)]
        low, high = ([float(stats.beta.ppf(tail, i + 1, n - i)) for i in range(n)] for tail in (0.05, 0.95))
        plot.area([*zip(shares, low), *reversed([*zip(shares, high)])], drawing.SHADE)
        plot.frame("share of scenes with less", "confidence of the strongest" if place == 0 else "", ticks=[0, 0.25, 0.5, 0.75, 1], title=word)
        plot.line([(0, 0), (1, 1)], drawing.GREY, dash="4 3")
        for which, name in enumerate(simulated.GROUNDS.values()):
            own = values[kind, name]
            for i, value in enumerate(own):
                plot.point((i + 0.5) / len(own), value, drawing.COLOURS[which], which, size=3.5)
    canvas.legend(64, 348, [(drawing.COLOURS[i], i, name) for i, name in enumerate(simulated.GROUNDS.values())], step=150)
    canvas.text(400, 352, "shaded: where 9 of 10 points belong", size=12)
    canvas.save(path)


def draw_bins(bins, path):
    canvas = drawing.Canvas(700, 360)
    plot = drawing.Plot(canvas, left=70, top=20, width=420, height=270, x=(0, 1), y=(0, 1))
    plot.frame("confidence", "share that is true", ticks=[0, 0.25, 0.5, 0.75, 1])
    plot.line([(0, 0), (1, 1)], drawing.GREY, dash="4 3")
    for which, (kind, cells) in enumerate(bins.items()):
        points = []
        for true, count, total in cells:
            if count:
                x = total / count
                plot.whisker(x, *binomial_interval(true, count), drawing.COLOURS[which])
                points.append((x, true / count))
        plot.line(points, drawing.COLOURS[which], width=1)
        for point in points:
            plot.point(*point, drawing.COLOURS[which], which)
    for which, word in enumerate(KINDS.values()):
        canvas.mark(520, 60 + 24 * which, drawing.COLOURS[which], which)
        canvas.text(532, 64 + 24 * which, word, size=12)
    canvas.text(512, 130, "whiskers: 95 %", size=12)
    canvas.text(512, 152, "dashed: share = confidence", size=12)
    canvas.save(path)
