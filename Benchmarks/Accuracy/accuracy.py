"""How well TrenchWatch finds what is known to be there, beside simple peers.

  accuracy.py [--program PATH] [--shared DIR] [--area KM2] [--only PART]

Parts: lines (reference scenes with implanted works, by `trenchwatch score`), pixels (labelled change, band 2 of the change raster, against
change-vector analysis with 1 px smoothing and IR-MAD on the same bands), alarms (false objects in simulated scenes in which nothing changed, for
limits of 0.1, 1 and 10 in 1 000 km2). The first two need the reference data (TRENCHWATCH_SHARED, or `shared` beside the checkout); the third makes its
own. Needs Python with numpy, scipy and rasterio.
"""
import argparse, json, math, os, pathlib, subprocess, sys, tempfile

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from scipy import ndimage

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"accuracy: {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def table(title, rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    print(f"\n{title}\n")
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)))


# Lines

def lines(program, shared, scratch):
    rows = [("case", "completeness", "correctness", "false lines / 1 000 km2", "false compact", "sites")]
    for case in ("desert-pair", "arid-town-pair", "nothing-new", "corridor-series"):
        folder, out = shared / "cases" / case, scratch / case
        if case == "corridor-series":
            pipeline = scratch / "series.yaml"
            pipeline.write_text(f"imagery: {folder}/Imagery\noutput: {out}\n")
            run(program, "run", pipeline, "--outputs", "detections", "--quiet")
        else:
            before, after = sorted((folder / "Imagery" / "33RXQ").glob("*.tif"))
            run(program, "diff", before, after, "--output", out, "--outputs", "detections", "--quiet")
        score = json.loads(run(program, "score", out / "detections.geojson", folder, "--json"))
        rows.append((case,) + tuple("-" if score.get(key) is None else score[key] for key in (
            "completeness", "correctness", "false_lines_per_1000km2", "false_compact_per_1000km2", "sites_found")))
    table("Implanted works (trenchwatch score; transient objects count as false)", rows)


# Pixels

def scores(truth, change, threshold=None):
    """AUROC, average precision, best F1, and kappa at a threshold; truth 0 not labelled, 1 unchanged, 2 changed."""
    labelled = (truth > 0) & np.isfinite(change)
    changed, value = truth[labelled] == 2, change[labelled]
    order = np.argsort(-value, kind="stable")
    changed, value = changed[order], value[order]
    positives, negatives = changed.sum(), (~changed).sum()
    true, false = np.cumsum(changed), np.cumsum(~changed)
    last = np.r_[np.diff(value) != 0, True]
    true, false = true[last], false[last]
    recall, precision = true / positives, true / (true + false)
    area = float(np.sum(np.diff(np.r_[0, false / negatives]) * (np.r_[0, recall][1:] + np.r_[0, recall][:-1]) / 2))
    result = [area, float(np.sum(np.diff(np.r_[0, recall]) * precision)), float((2 * true / (true + false + positives)).max())]
    if threshold is None:
        return result + [None]
    over = value > threshold
    n, agreed = len(value), float((over == changed).mean())
    chance = (over.sum() * positives + (n - over.sum()) * negatives) / n**2
    return result + [(agreed - chance) / (1 - chance)]


def bands(scene, like):
    """All bands of a scene on the grid of one raster, float64, nodata as nan."""
    files = sorted(scene.glob("*.tif")) if scene.is_dir() else [scene]
    planes = []
    with rasterio.open(like) as target:
        for file in files:
            with rasterio.open(file) as source, WarpedVRT(
                source, crs=target.crs, transform=target.transform, width=target.width, height=target.height, resampling=Resampling.cubic
            ) as view:
                for band in range(1, source.count + 1):
                    plane = view.read(band, masked=True).astype(np.float64)
                    planes.append(plane.filled(np.nan))
    return np.stack(planes)


def cva(first, second, smooth):
    """Change-vector analysis on standardised bands, each smoothed."""
    def standardised(stack):
        stack = np.stack([ndimage.gaussian_filter(np.nan_to_num(p, nan=np.nanmedian(p)), smooth) if smooth else p for p in stack])
        mean, deviation = np.nanmean(stack, axis=(1, 2), keepdims=True), np.nanstd(stack, axis=(1, 2), keepdims=True)
        return (stack - mean) / deviation
    return np.sqrt(((standardised(second) - standardised(first)) ** 2).sum(axis=0))


def irmad(first, second, rounds=30):
    """Iteratively reweighted multivariate alteration detection (Nielsen 2007): the chi-square of the MAD variates."""
    shape = first.shape[1:]
    x, y = first.reshape(len(first), -1), second.reshape(len(second), -1)
    valid = np.isfinite(x).all(axis=0) & np.isfinite(y).all(axis=0)
    x, y, n = x[:, valid], y[:, valid], len(first)
    weight, last = np.ones(x.shape[1]), None
    from scipy import linalg, stats
    for _ in range(rounds):
        both = np.vstack([x, y])
        centred = both - np.average(both, axis=1, weights=weight)[:, None]
        cov = (centred * weight) @ centred.T / weight.sum()
        sxx, syy, sxy = cov[:n, :n], cov[n:, n:], cov[:n, n:]
        rho2, a = linalg.eigh(sxy @ np.linalg.solve(syy, sxy.T), sxx)
        a = a[:, ::-1]
        rho = np.sqrt(np.clip(rho2[::-1], 0, 1))
        b = np.linalg.solve(syy, sxy.T) @ a
        b /= np.sqrt(np.einsum("ij,ik,kj->j", b, syy, b))
        b *= np.sign(np.einsum("ij,ik,kj->j", a, sxy, b))
        mad = a.T @ centred[:n] - b.T @ centred[n:]
        chi = (mad**2 / (2 * (1 - rho))[:, None].clip(1e-9)).sum(axis=0)
        weight = stats.chi2.sf(chi, n).clip(1e-12)
        if last is not None and np.abs(rho - last).max() < 1e-4:
            break
        last = rho
    full = np.full(valid.shape, np.nan)
    full[valid] = np.sqrt(chi)
    return full.reshape(shape)


def pixels(program, shared, scratch):
    def on(truth, plane):
        zoomed = np.asarray(plane, dtype=np.float64)
        if zoomed.shape != truth.shape:
            zoomed = ndimage.zoom(zoomed, [a / b for a, b in zip(truth.shape, zoomed.shape)], order=1)
        return zoomed
    rows = [("scene", "", "AUROC", "AP", "best F1", "kappa at its threshold")]
    means = {}
    cities = sorted(p for p in (shared / "imagery" / "oscd").iterdir() if p.is_dir())
    pairs = [(city.name, *sorted(p for p in city.iterdir() if p.is_dir()), city / "change-truth.tif") for city in cities]
    taizhou = shared / "imagery" / "taizhou"
    pairs.append(("taizhou", *sorted(taizhou.glob("2*.tif")), taizhou / "change-truth.tif"))
    for name, before, after, labels in pairs:
        out = scratch / name
        run(program, "diff", before, after, "--output", out, "--outputs", "change", "--quiet")
        raster = next((out / "change").rglob("*.tif"))
        threshold = json.loads((out / "run.json").read_text())["pairs"][0]["threshold_pixel"]
        with rasterio.open(labels) as file:
            truth = file.read(1)
        with rasterio.open(raster) as file:
            own = on(truth, file.read(2))
        finest = min(before.glob("*B0[2348]*.tif"), default=before) if before.is_dir() else before
        first, second = bands(before, finest), bands(after, finest)
        for method, plane, limit in (
            ("trenchwatch", own, threshold), ("CVA, 1 px smoothing", on(truth, cva(first, second, 1)), None),
            ("IR-MAD", on(truth, irmad(first, second)), None)
        ):
            got = scores(truth, plane, limit)
            rows.append((name, method) + tuple("-" if v is None else f"{v:.3f}" for v in got))
            if name != "taizhou":
                means.setdefault(method, []).append(got[:3])
    for method, got in means.items():
        rows.append(("mean of the cities", method) + tuple(f"{v:.3f}" for v in np.mean(got, axis=0)) + ("-",))
    table("Labelled pixels (band 2 of the change raster)", rows)


# False alarms

def poisson_interval(count, level=0.95):
    from scipy import stats
    tail = (1 - level) / 2
    return (stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0), stats.chi2.ppf(1 - tail, 2 * count + 2) / 2


def alarms(program, scratch, area):
    text = (ROOT / "Pipelines" / "scenarios" / "nothing-new.yaml").read_text()
    plain = text[:text.index("roads:")]
    limits, side = (0.1, 1, 10), 1024
    rows = [("ground", "asked for / 1 000 km2", "km2", "lines", "compact", "false / 1 000 km2", "95 %")]
    for ground, scenario in (("desert", plain), ("town and desert", text)):
        counts, seen = {limit: [0, 0] for limit in limits}, 0.0
        for index in range(max(1, math.ceil(area / (side * side * 1e-4)))):
            folder = scratch / f"{ground.split()[0]}-{index}"
            folder.mkdir()
            made = scenario.replace("seed: 23", f"seed: {1000 + index}").replace("width: 512, height: 512", f"width: {side}, height: {side}")
            (folder / "scenario.yaml").write_text(made)
            run(program, "simulate", folder / "scenario.yaml", "--output", folder, "--quiet")
            for limit in limits:
                pipeline = folder / f"{limit}.yaml"
                pipeline.write_text(
                    f"imagery: Imagery\noutput: out-{limit}\ndetect: {{ false_alarms_per_1000_km2: {limit} }}\n")
                run(program, "run", pipeline, "--outputs", "detections", "--quiet")
                found = json.loads((folder / f"out-{limit}" / "detections.geojson").read_text())["features"]
                linear = sum(f["properties"]["kind"] == "linear" for f in found)
                counts[limit][0] += linear
                counts[limit][1] += len(found) - linear
            seen += json.loads((folder / "out-1" / "run.json").read_text())["pairs"][0]["observed_km2"]
            subprocess.run(["rm", "-r", str(folder)], check=True)
        for limit in limits:
            linear, compact = counts[limit]
            low, high = poisson_interval(linear + compact)
            rows.append((ground, limit, f"{seen:.0f}", linear, compact, f"{(linear + compact) / seen * 1000:.2f}",
                         f"{low / seen * 1000:.2f} to {high / seen * 1000:.2f}"))
    table("False objects where nothing changed (simulated; the limit holds for lines and for compact works apart)", rows)


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", default=ROOT / ".build" / "release" / "trenchwatch", type=pathlib.Path)
    words.add_argument("--shared", default=os.environ.get("TRENCHWATCH_SHARED", ROOT.parent / "shared"), type=pathlib.Path)
    words.add_argument("--area", default=1000, type=float, help="simulated km2 of each ground")
    words.add_argument("--only", choices=["lines", "pixels", "alarms"])
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        if (asked.shared / "cases").is_dir():
            if asked.only in (None, "lines"): lines(asked.program, asked.shared, scratch)
            if asked.only in (None, "pixels"): pixels(asked.program, asked.shared, scratch)
        elif asked.only != "alarms":
            print(f"accuracy: no reference data in {asked.shared}; false alarms only", file=sys.stderr)
        if asked.only in (None, "alarms"): alarms(asked.program, scratch, asked.area)
