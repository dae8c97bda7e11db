"""False objects where nothing changed: how many are asked for, how many there are.

One run a scene at a limit of 100 in 1 000 km² tells for every stricter one too: a find's own figure is what a limit compares with. It does so
nearly, not to the last object: chance sites are counted off the accepted lines, of which a wide limit has more. Some scenes of each ground are searched at a limit
of 10 as well, to see how nearly.
"""
import json, math

import drawing
import simulated
from common import features, poisson_interval, run, table

ASKED = (0.1, 1, 10, 30, 100)
KINDS = {"linear": "lines", "compact": "compact"}
CHECKED_SCENES = 6


def figure_of(feature):
    return feature["properties"]["false_alarms_per_1000_km2"]


def rows_of(label, finds, km2):
    rows = []
    for kind, word in KINDS.items():
        figures = [figure_of(f) for f in finds if f["properties"]["kind"] == kind]
        for asked in ASKED:
            count, expected = sum(f <= asked for f in figures), asked * km2 / 1000
            low, high = (limit / km2 * 1000 for limit in poisson_interval(count))
            # Within a factor of two of what was asked: shown, not shown and not ruled out, or ruled out, at 95 %.
            verdict = ("yes" if low >= asked / 2 and high <= 2 * asked else "no" if high < asked / 2 or low > 2 * asked
                       else "yes, as far as so few tell" if asked / 2 <= count / km2 * 1000 <= 2 * asked else "open")
            rows.append((label, f"{km2:.0f}", word, f"{asked:g}", f"{expected:.1f}", count, f"{count / km2 * 1000:.2f}",
                         f"{low:.2f} to {high:.2f}", verdict))
    return rows


HEAD = ("ground", "km2", "kind", "asked for", "expected", "found", "in 1 000 km2", "95 %", "within a factor of two")


def alarms(program, work, area, figures):
    rows, drawn, checks = [HEAD], [], [("ground", "scenes", "kind", "run at 10", "run at 100, figures of at most 10")]
    for ground, name in simulated.GROUNDS.items():
        finds, km2, both = [], 0.0, {kind: [0, 0] for kind in KINDS}
        scenes = max(1, math.ceil(area / simulated.KM2))
        for index in range(scenes):
            found, seen = simulated.unchanged(program, work, ground, index)
            finds += found
            km2 += seen
            if index < CHECKED_SCENES:
                stricter, _ = simulated.search(program, work / f"{ground}-{index}", limit=10)
                for kind, counts in both.items():
                    counts[0] += sum(f["properties"]["kind"] == kind for f in stricter)
                    counts[1] += sum(f["properties"]["kind"] == kind and figure_of(f) <= 10 for f in found)
        checks += [(name, min(scenes, CHECKED_SCENES), KINDS[kind], *counts) for kind, counts in both.items()]
        rows += rows_of(name, finds, km2)
        drawn.append((name, finds, km2))
    rows += rows_of("both together", [f for _, finds, _ in drawn for f in finds], sum(km2 for _, _, km2 in drawn))
    table("False objects where nothing changed (simulated; per 1 000 km2; the limit holds for lines and for compact works apart)", rows)
    table("The same objects counted by runs of either limit", checks)
    if figures:
        draw(drawn, figures / "calibration.svg")


def placebo(program, shared, work):
    """Pairs of dates between which nothing happened, of the reference data. Dates with unmasked cloud or a convoy are left out."""
    rows = [HEAD]
    series = shared / "cases" / "corridor-series"
    truth = features(series / "truth.geojson")
    onsets = {(f["properties"]["last_absent"], f["properties"]["first_seen"]) for f in truth}
    case = json.loads((series / "case.json").read_text())
    left_out = {date for date, (_, masked) in case["clouds"].items() if not masked} | {case["convoy"]}
    dates = [date for date in case["dates"] if date not in left_out]
    seen_by = {"clear": [[], 0.0, 0], "one date with masked cloud": [[], 0.0, 0]}
    for tile in sorted((series / "Imagery").iterdir()):
        for i, before in enumerate(dates):
            for after in dates[i + 1:]:
                # Something was made between the two dates if an onset's interval meets theirs.
                if any(absent < after and before < seen for absent, seen in onsets):
                    continue
                group = seen_by["one date with masked cloud" if {before, after} & set(case["clouds"]) else "clear"]
                found, seen = pair(program, tile, before, after, work)
                group[0] += found
                group[1] += seen
                group[2] += 1
    for name, (finds, km2, pairs) in seen_by.items():
        rows += rows_of(f"corridor-series, {pairs} pairs, {name}", finds, km2)
    tile = next((shared / "cases" / "nothing-new" / "Imagery").iterdir())
    before, after = sorted(path.stem for path in tile.glob("*.tif"))
    rows += rows_of("nothing-new", *pair(program, tile, before, after, work))
    table("False objects on placebo pairs (simulated reference data; pairs of three dates share them, so that these are fewer than they look)", rows)


def pair(program, tile, before, after, work):
    out = work / f"placebo-{tile.name}-{before}-{after}"
    pipeline = out.with_suffix(".yaml")
    imagery = out.with_name(out.name + "-imagery") / tile.name
    imagery.mkdir(parents=True, exist_ok=True)
    for date in (before, after):
        for file in tile.glob(f"{date}*.tif"):
            link = imagery / file.name
            if not link.exists():
                link.symlink_to(file.resolve())
    pipeline.write_text(f"imagery: {imagery.parent}\noutput: {out}\ndetect: {{ false_alarms_per_1000_km2: {simulated.LIMIT} }}\n")
    run(program, "run", pipeline, "--outputs", "detections", "--quiet")
    return features(out / "detections.geojson"), json.loads((out / "run.json").read_text())["pairs"][0]["observed_km2"]


def draw(drawn, path):
    """Found against asked for, with 95 % intervals, on logarithmic axes."""
    canvas = drawing.Canvas(700, 366)
    for place, (kind, word) in enumerate(KINDS.items()):
        plot = drawing.Plot(canvas, left=64 + place * 336, top=36, width=270, height=252, x=(0.05, 200), y=(0.05, 200), log=True)
        plot.area([(0.05, 0.1), (100, 200), (200, 200), (200, 100), (0.1, 0.05), (0.05, 0.05)], drawing.SHADE)
        plot.frame("asked for, in 1 000 km²", "found, in 1 000 km²" if place == 0 else "", ticks=[0.1, 1, 10, 100], title=word)
        plot.line([(0.05, 0.05), (200, 200)], drawing.GREY, dash="4 3")
        for which, (name, finds, km2) in enumerate(drawn):
            figures = [figure_of(f) for f in finds if f["properties"]["kind"] == kind]
            for asked in ASKED:
                count = sum(f <= asked for f in figures)
                low, high = (limit / km2 * 1000 for limit in poisson_interval(count))
                at = asked * (0.93, 1.075)[which]
                plot.whisker(at, low, high, drawing.COLOURS[which])
                if count:
                    plot.point(at, count / km2 * 1000, drawing.COLOURS[which], which)
    canvas.legend(64, 348, [(drawing.COLOURS[i], i, f"{name} ({km2:.0f} km²)") for i, (name, _, km2) in enumerate(drawn)], step=230)
    canvas.text(520, 352, "shaded: a factor of two", size=12, fill=drawing.INK)
    canvas.save(path)
