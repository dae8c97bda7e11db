"""Simulated scenes in which nothing changed, and what the program finds in them."""
import json, pathlib, re

from common import features, run

SCENARIO = pathlib.Path(__file__).resolve().parents[2] / "Pipelines" / "scenarios" / "nothing-new.yaml"
GROUNDS = {"desert": "open desert", "town": "town and desert"}
SIDE = 1024
KM2 = SIDE * SIDE * 1e-4
#: The limit at which scenes are searched: what stands beyond a stricter one is told by the find's own figure.
LIMIT = 100


def scenario(ground, seed, side=SIDE, noise=25, works=()):
    """A scenario's text: the shipped one without change, larger, with another seed; `desert` without its town and roads."""
    text = SCENARIO.read_text()
    if ground == "desert":
        text = text[:text.index("roads:")]
    for key, value in (("seed", seed), ("noise", noise), ("width", side), ("height", side)):
        text, count = re.subn(rf"\b{key}: \d+", f"{key}: {value}", text)
        assert count == 1, key
    return text + ("earthworks:\n" + "".join(f"  - {work}\n" for work in works) if works else "")


def simulate(program, folder, text):
    """Makes the scenes, unless the folder has them of the same scenario."""
    path = folder / "scenario.yaml"
    if not ((folder / "case.json").exists() and path.exists() and path.read_text() == text):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        run(program, "simulate", path, "--output", folder, "--quiet")


def search(program, folder, limit=LIMIT, **more):
    """Detections and observed km² of the folder's scenes. What the same program found in the same pixels is not computed again."""
    pipeline, output = folder / f"{limit}.yaml", folder / f"out-{limit}"
    pipeline.write_text(
        f"imagery: Imagery\noutput: {output.name}\ndetect: {{ false_alarms_per_1000_km2: {limit} }}\n"
        + "".join(f"{key}: {value}\n" for key, value in more.items()))
    run(program, "run", pipeline, "--outputs", "detections", "--quiet")
    return features(output / "detections.geojson"), json.loads((output / "run.json").read_text())["pairs"][0]["observed_km2"]


def unchanged(program, work, ground, index):
    """Detections and observed km² of one of the scenes without change."""
    folder = work / f"{ground}-{index}"
    simulate(program, folder, scenario(ground, 1000 + index))
    return search(program, folder)
