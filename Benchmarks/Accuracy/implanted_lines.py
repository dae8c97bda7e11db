"""Reference scenes with implanted works: what is found of them, how well it is placed, and the bars."""
import json

import numpy as np
import rasterio
from pyproj import Transformer
from shapely.geometry import shape
from shapely.ops import transform

from common import features, run, table

#: completeness, correctness at least; false lines, false compact works in 1 000 km² at most; least share of the positions of CNR 4 and more.
BARS = {
    "desert-pair": (0.85, 0.95, 0, 10, 1),
    "arid-town-pair": (0.75, 0.85, 10, 50, 0.5),
    "nothing-new": (None, None, 10, 50, None),
    "corridor-series": (0.95, 0.95, 0, 10, 0.85),
}
LENGTH_WITHIN, POSITION_WITHIN, MOST_PIECES = 0.05, 1.0, 1.3
#: A detection belongs to an implant if it comes this near, and if at least this share of it lies within `BESIDE`; metres.
NEAR, BESIDE, LEAST_BESIDE = 30, 40, 0.3
STEP = 10
#: A line of which less was found counts as found in part.
WHOLE = 0.9


def lines(program, shared, work):
    scores = [("case", "measure", "value", "bar", "")]
    shapes = [("case", "CNR", "profile", "features", "length found / true", "position, RMS px", "median px")]
    for case, bars in BARS.items():
        folder, out = shared / "cases" / case, work / case
        pipeline = work / f"{case}.yaml"
        pipeline.write_text(f"imagery: {folder}/Imagery\noutput: {out}\n")
        run(program, "run", pipeline, "--outputs", "detections", "--quiet")
        score = json.loads(run(program, "score", out / "detections.geojson", folder, "--json"))
        with rasterio.open(next((folder / "Imagery").rglob("*.tif"))) as scene:
            to_map = Transformer.from_crs(4326, scene.crs, always_xy=True).transform
            pixel = scene.res[0]
        found = [(transform(to_map, shape(f["geometry"])), f["properties"]) for f in features(out / "detections.geojson")]
        truth = [(transform(to_map, shape(f["geometry"])), f["properties"]) for f in features(folder / "truth.geojson")]
        measured = placed_lines(found, truth, pixel)
        for cnr, profile, place in measured:
            shapes.append((case, f"{cnr:g}", profile) + (
                ("missed", "-", "-", "-") if place is None else
                (place["pieces"], f"{place['length']:.3f}", f"{place['rms']:.2f}", f"{place['median']:.2f}")))
        scores += judged(case, bars, score, found, truth, [place for _, _, place in measured if place])
    table("Implanted works: the bars (trenchwatch score; what is seen on one date only and gone again is kept apart)", scores)
    table("Implanted lines one by one", shapes)


def placed_lines(found, truth, pixel):
    result = []
    for line, properties in truth:
        if properties["kind"] != "linear":
            continue
        own = [other for other, p in found if p["kind"] == "linear" and other.distance(line) < NEAR
               and other.intersection(line.buffer(BESIDE)).length > LEAST_BESIDE * other.length]
        place = None
        if own:
            away = np.array([line.distance(other.interpolate(at)) for other in own for at in np.arange(STEP / 2, other.length, STEP)]) / pixel
            place = {"pieces": len(own), "length": sum(other.length for other in own) / line.length,
                     "rms": float(np.sqrt((away**2).mean())), "median": float(np.median(away))}
        result.append((properties["cnr"], properties.get("profile", "-"), place))
    return result


def judged(case, bars, score, found, truth, places):
    complete, correct, false_lines, false_compact, share = bars
    rows = []

    def row(measure, value, bar, words, holds):
        rows.append((case, measure, "-" if value is None else value, words, "" if bar is None else "met" if holds else "MISSED"))

    def least(measure, value, bar):
        row(measure, None if value is None else f"{value:.3f}", bar, "" if bar is None else f"at least {bar:g}", bar is not None and value >= bar)

    def most(measure, value, bar):
        row(measure, f"{value:g}", bar, f"at most {bar:g}", value <= bar)

    least("completeness", score.get("completeness"), complete)
    least("correctness", score.get("correctness"), correct)
    most("false lines / 1 000 km2", score["false_lines_per_1000km2"], false_lines)
    most("false compact / 1 000 km2", score["false_compact_per_1000km2"], false_compact)
    strong = [place for place, p in truth if p["kind"] == "compact" and p["cnr"] >= 4]
    if strong and share is not None:
        seen = sum(any(place.distance(other) <= 60 for other, _ in found) for place in strong)
        row("positions of CNR >= 4", f"{seen} of {len(strong)}", share, f"at least {share:g}", seen >= share * len(strong))
    if places:
        ratios = [place["length"] for place in places]
        worst = max(ratios, key=lambda ratio: abs(ratio - 1))
        row("length of found lines, worst", f"{worst:.3f}", 1, f"within {LENGTH_WITHIN:.0%}", abs(worst - 1) <= LENGTH_WITHIN)
        row("length of found lines, median", f"{np.median(ratios):.3f}", None, "", False)
        whole = [place for place in places if place["length"] >= WHOLE]
        row(f"position of those of {WHOLE:g} of their length, RMS px, worst", f"{max((p['rms'] for p in whole), default=0):.2f}", None, "", False)
        row("position, RMS px, worst", f"{max(place['rms'] for place in places):.2f}", 1, f"at most {POSITION_WITHIN:g}",
            all(place["rms"] <= POSITION_WITHIN for place in places))
        pieces = np.mean([place["pieces"] for place in places])
        row("features a line", f"{pieces:.2f}", 1, f"at most {MOST_PIECES:g}", pieces <= MOST_PIECES)
    return rows
