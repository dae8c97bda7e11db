"""Labelled change, pixel by pixel: band 2 of the change raster against simple peers on the same bands."""
import json, warnings

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from scipy import linalg, ndimage, stats

from common import run, table

try:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
except ImportError:
    KMeans = None

# Taizhou's labels and some of the bands have no place on the ground; their pixels are taken one for one.
warnings.filterwarnings("ignore", category=rasterio.errors.NotGeoreferencedWarning)


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


def pca_kmeans(first, second, side=4, sample=100_000):
    """Celik (2009): principal components of the change vectors' lengths over small blocks, in two clusters; how much nearer the changed one is."""
    difference = np.nan_to_num(cva(first, second, 0))
    blocks = np.lib.stride_tricks.sliding_window_view(np.pad(difference, ((side // 2, (side - 1) // 2),) * 2, mode="edge"), (side, side))
    vectors = blocks.reshape(difference.size, side * side)
    chosen = vectors[np.random.default_rng(0).choice(len(vectors), min(sample, len(vectors)), replace=False)]
    components = PCA(3, random_state=0).fit(chosen)
    clusters = KMeans(2, n_init=4, random_state=0).fit(components.transform(chosen))
    distances = clusters.transform(components.transform(vectors))
    still, changed = np.argsort(np.linalg.norm(clusters.cluster_centers_ - components.transform(np.zeros((1, side * side))), axis=1))
    return (distances[:, still] - distances[:, changed]).reshape(difference.shape)


def otsu(values, bins=512):
    """The threshold that parts the values best, found without labels."""
    values = values[np.isfinite(values)]
    counts, edges = np.histogram(values, bins, range=(values.min(), np.quantile(values, 0.999)))
    middles = (edges[1:] + edges[:-1]) / 2
    weight, moment = np.cumsum(counts), np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (moment[-1] * weight / weight[-1] - moment) ** 2 / (weight * (weight[-1] - weight))
    return middles[np.nanargmax(np.where(np.isfinite(between), between, np.nan))]


#: AUROC, average precision and best F1 of the seven cities on average; AUROC and kappa of Taizhou.
BARS = {"mean of the cities": (0.91, 0.33, 0.40, None), "taizhou": (0.998, None, None, 0.957)}


def on(truth, plane):
    plane = np.asarray(plane, dtype=np.float64)
    if plane.shape != truth.shape:
        plane = ndimage.zoom(plane, [a / b for a, b in zip(truth.shape, plane.shape)], order=1)
    return plane


def peers(first, second):
    """Each simple peer's plane and threshold."""
    smoothed, mad = cva(first, second, 1), irmad(first, second)
    yield "CVA, 1 px smoothing", smoothed, otsu(smoothed)
    yield "IR-MAD", mad, otsu(mad)
    if KMeans:
        yield "PCA-KMeans", pca_kmeans(first, second), 0.0


def pixels(program, shared, work):
    rows = [("scene", "", "AUROC", "AP", "best F1", "kappa at its threshold", "")]
    cities = sorted(p for p in (shared / "imagery" / "oscd").iterdir() if p.is_dir())
    pairs = [(city.name, *sorted(p for p in city.iterdir() if p.is_dir()), city / "change-truth.tif") for city in cities]
    taizhou = shared / "imagery" / "taizhou"
    pairs.append(("taizhou", *sorted(taizhou.glob("2*.tif")), taizhou / "change-truth.tif"))
    means = {}

    def add(scene, method, got):
        bars = BARS.get(scene) if method == "trenchwatch" else None
        verdict = "" if bars is None else "met" if all(bar is None or value >= bar for value, bar in zip(got, bars)) else "MISSED"
        rows.append((scene, method) + tuple("-" if v is None else f"{v:.3f}" for v in got) + (verdict,))

    for name, before, after, labels in pairs:
        out = work / f"pixels-{name}"
        run(program, "diff", before, after, "--output", out, "--outputs", "change", "--quiet")
        raster = next((out / "change").rglob("*.tif"))
        threshold = json.loads((out / "run.json").read_text())["pairs"][0]["threshold_pixel"]
        with rasterio.open(labels) as file:
            truth = file.read(1)
        with rasterio.open(raster) as file:
            own = file.read(2)
        finest = min(before.glob("*B0[2348]*.tif"), default=before) if before.is_dir() else before
        for method, plane, limit in [("trenchwatch", own, threshold), *peers(bands(before, finest), bands(after, finest))]:
            got = scores(truth, on(truth, plane), limit)
            add(name, method, got)
            if name != "taizhou":
                means.setdefault(method, []).append(got)
    for method, got in means.items():
        add("mean of the cities", method, list(np.mean(got, axis=0)))
    rows.append(("bar", "mean of the cities", *("-" if b is None else f"{b:g}" for b in BARS["mean of the cities"]), ""))
    rows.append(("bar", "taizhou", *("-" if b is None else f"{b:g}" for b in BARS["taizhou"]), ""))
    table("Labelled pixels (band 2 of the change raster; peers at thresholds found without labels: Otsu's, or the clusters')", rows)
    if not KMeans:
        print("  PCA-KMeans is left out: scikit-learn is not installed")
