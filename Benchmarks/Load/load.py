#!/usr/bin/env python3
"""How time and memory grow with what a folder holds.

Each part runs the program on inputs of a quarter, half and all of a size that is larger than one meets, and tells the exponent e of time ~ size^e: 1 is linear.
What does not grow weighs more with the smaller inputs, so that the exponent of the upper half is the one to look at.

  tiles       scenes of 256 x 256 in one flat folder, two dates a tile: `run`
  dates       dates of one tile of 256 x 256: `run`
  wide        two scenes of one band, up to 30 000 x 30 000: `diff`
  findings    detections in one pair of scenes as large as that takes: `run` with all outputs
  score       detections against truth of as many objects: `score`
  claims      claims in one register on the shipped imagery: `run`

  python3 Benchmarks/Load/load.py [--only tiles ...] [--share 0.1]

Needs Python with numpy and rasterio, and up to 6 GB of disk. Scenes are removed behind each part.
"""
import argparse, datetime, json, math, pathlib, shutil, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks" / "Speed"))
import measuring  # noqa: E402
import tables  # noqa: E402

DAY = datetime.date(2020, 1, 1)
NOISE = 40
LEVEL = 2500


def grid(numpy_transform, side, bands, **more):
    return dict(
        driver="GTiff", width=side, height=side, count=bands, dtype="uint16", crs="EPSG:32633", transform=numpy_transform, tiled=True,
        blockxsize=256, blockysize=256, compress="DEFLATE", zlevel=1, **more)


class Ground:
    """Smooth relief with a line of new works on the later dates; the same words give the same pixels."""

    def __init__(self, side, seed=1):
        import numpy as np

        self.side, self.np = side, np
        self.random = np.random.default_rng(seed)
        self.wave = np.sin(np.arange(side, dtype=np.float32) / 37)

    def write(self, path, later, bands=2, shift=0):
        import rasterio
        from rasterio.transform import from_origin

        np, side = self.np, self.side
        with rasterio.open(path, "w", **grid(from_origin(600000 + shift, 3400020, 10, 10), side, bands)) as out:
            for top in range(0, side, 256):
                rows = min(256, side - top)
                relief = 300 * np.outer(self.wave[top : top + rows], self.wave) + LEVEL
                texture = np.random.default_rng(top).standard_normal((rows, side), dtype=np.float32) * 60
                for band in range(bands):
                    noise = self.random.standard_normal((rows, side), dtype=np.float32) * NOISE
                    block = relief + texture + noise
                    if later:
                        block[:, side // 3 : side // 3 + 2] += 220
                    window = rasterio.windows.Window(0, top, side, rows)
                    out.write(np.clip(block, 1, 65535).astype("uint16"), band + 1, window=window)


def mgrs(number):
    """Names of tiles as they look, not where they lie."""
    letters = "ABCDEFGHJKLMNPQRSTUV"
    zone, column, row = 1 + number // 400, number // 20 % 20, number % 20
    return f"{zone:02d}R{letters[column]}{letters[row]}"


def pipeline(folder, text):
    path = folder / "load.yaml"
    path.write_text(f"name: load\nimagery: Imagery\noutput: out\n{text}")
    return path


class Parts:
    def __init__(self, program, work, share):
        self.program, self.work, self.share = program, work, share

    def sizes(self, most):
        return [max(2, round(most * self.share * part)) for part in (0.25, 0.5, 1)]

    def cost(self, folder, *words):
        return measuring.run([self.program, *words], folder / "load.log")

    def tiles(self, folder, count):
        imagery = folder / "Imagery"
        imagery.mkdir()
        ground = Ground(256)
        for tile in range(count // 2):
            for later in (False, True):
                day = DAY + datetime.timedelta(days=100 * later)
                ground.write(imagery / f"T{mgrs(tile)}_{day:%Y%m%d}.tif", later, shift=2560 * tile)
        return self.cost(folder, "run", pipeline(folder, ""), "--quiet", "--outputs", "detections")

    def dates(self, folder, count):
        imagery = folder / "Imagery" / "T1"
        imagery.mkdir(parents=True)
        ground = Ground(256)
        for number in range(count):
            ground.write(imagery / f"{DAY + datetime.timedelta(days=number)}.tif", number >= count // 2)
        return self.cost(folder, "run", pipeline(folder, ""), "--quiet", "--outputs", "detections")

    def wide(self, folder, pixels):
        ground = Ground(round(math.sqrt(pixels)))
        for later in (False, True):
            ground.write(folder / f"2020-0{1 + later}-01.tif", later, bands=1)
        return self.cost(folder, "diff", folder / "2020-01-01.tif", folder / "2020-02-01.tif", "-o", folder / "out")

    def findings(self, folder, count):
        # Where a thousand times as many false alarms are allowed as one would, chance makes some 1.6 in a km².
        side = round(math.sqrt(count / 1.6e-4))
        imagery = folder / "Imagery" / "T1"
        imagery.mkdir(parents=True)
        ground = Ground(side)
        for later in (False, True):
            ground.write(imagery / f"{DAY + datetime.timedelta(days=later)}.tif", False, bands=1)
        detect = "detect: { false_alarms_per_1000_km2: 10000, minimum_length_m: 80 }\n"
        cost = self.cost(folder, "run", pipeline(folder, detect), "--quiet")
        found = len(json.loads((folder / "out" / "detections.geojson").read_text())["features"])
        self.note(f"{count} expected: {found} detections")
        return cost

    def score(self, folder, count):
        def features(offset):
            for k in range(count):
                x, y = 16 + (k % 400) * 0.002 + offset, 29 + (k // 400) * 0.002
                yield {
                    "type": "Feature", "geometry": {"type": "LineString", "coordinates": [[x, y], [x + 0.001, y + 0.0005]]},
                    "properties": {"id": f"L-{k}", "kind": "linear", "confidence": 0.99, "false_alarms_per_1000_km2": 0.1, "length_m": 110,
                                   "class": "trench", "cnr": 1, "onset": "2020-01-01"}}
        for name, offset in (("detections", 0.00001), ("truth", 0)):
            (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": list(features(offset))}))
        return self.cost(folder, "score", folder / "detections.geojson", folder / "truth.geojson", "--km2", "1000")

    def claims(self, folder, count):
        shutil.copytree(ROOT / "Pipelines" / "areas", folder / "areas")
        claims = "".join(
            f"  - id: claim-{k}\n    statement: There are {k} km or more of trenches.\n    attributed_to: a test of load\n"
            f"    measure: linear_length_km\n    place: corridor\n    size_m: {200 + k}\n    expect: {{ at_least: {k} }}\n" for k in range(1, count + 1))
        (folder / "register.yaml").write_text(
            "article:\n  title: Load\n  published: 2021-01-22\n  note: Made up.\nplaces:\n  corridor: areas/corridor.geojson\nclaims:\n" + claims)
        pipe = pipeline(folder, "area: areas/corridor.geojson\nclaims: register.yaml\n")
        return self.cost(folder, "run", pipe, "--quiet", "--imagery", ROOT / "Imagery")

    def note(self, words):
        self.notes.append(words)

    def section(self, name, most):
        self.notes = []
        table = tables.Table(["size", "wall s", "CPU s", "peak MiB", "exponent"])
        before = None
        for size in self.sizes(most):
            folder = self.work / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            measuring.progress(f"{name}, {size}")
            cost = getattr(self, name)(folder, size)
            exponent = math.log(cost.processor / before[1].processor) / math.log(size / before[0]) if before else None
            table.rows.append([
                f"{size}", tables.number(cost.wall), tables.number(cost.processor), f"{cost.peak:.0f}", "" if exponent is None else f"{exponent:.2f}"])
            before = (size, cost)
            shutil.rmtree(folder, ignore_errors=True)
        measuring.progress("")
        return tables.Section(f"{name}", [table], [], list(self.notes))


MOST = {"tiles": 2000, "dates": 500, "wide": 30_000**2, "findings": 100_000, "score": 100_000, "claims": 1000}


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", default=ROOT / ".build" / "release" / "trenchwatch", type=pathlib.Path)
    words.add_argument("--work", default=ROOT / ".build" / "load", type=pathlib.Path)
    words.add_argument("--share", default=1, type=float, help="of the sizes, for a quick look")
    words.add_argument("--only", choices=MOST, nargs="+", default=list(MOST))
    asked = words.parse_args()
    parts = Parts(asked.program.resolve(), asked.work.resolve(), asked.share)
    for name in asked.only:
        print(tables.as_text(parts.section(name, MOST[name])), flush=True)
    print(f"\nMeasured by Benchmarks/Load/load.py on {measuring.machine()}")


if __name__ == "__main__":
    main()
