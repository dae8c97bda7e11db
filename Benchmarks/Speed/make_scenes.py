"""Makes the scenes that speed is measured on. A program of its own, so that its memory is not counted to what is measured.

  make_scenes.py pair DIR SIDE            two dates of a made-up tile, t_20240101_cog.tif and t_20240401_cog.tif, and each in 8 x 8 pieces below tiles/
  make_scenes.py crop FROM TO SIDE        the upper left SIDE x SIDE pixels
  make_scenes.py dates BEFORE AFTER DIR SIDE COUNT
                                          COUNT dates of the upper left SIDE x SIDE pixels: the first half looks like BEFORE, the others like AFTER,
                                          each with noise of its own

Four bands of uint16 at 10 m, Deflate with the horizontal predictor in blocks of 512, with overviews: what Sentinel-2 archives hold. The same words give the
same pixels. Needs numpy and rasterio.
"""
import datetime, os, pathlib, sys

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.transform import from_origin
from rasterio.windows import Window

DATES = ("20240101", "20240401")
BANDS = ("B02", "B03", "B04", "B08")
BLOCK = 512
PIECES = 8
WEST, NORTH, PIXEL = 600000, 3400020, 10
# Digital numbers of four bands, of the order of bright desert: level, weight of the two fields of the ground, what new works add; gain and offset of the
# second date.
LEVEL = (1800, 2350, 2950, 3350)
RELIEF = (240, 280, 340, 400)
COLOUR = (70, 80, 110, -180)
WORKS = (400, 450, 500, -650)
GAIN = (1.02, 1.03, 1.01, 0.985)
OFFSET = (45, 30, 35, 55)
TRACK = -330
NOISE = 40
NOISE_OF_DATE = 15
# Wavelengths of the ground in pixels with their weights, about 1 / frequency.
OCTAVES = ((480, 1.0), (120, 0.5), (30, 0.25), (8, 0.12))
LAYOUT = dict(tiled=True, blockxsize=BLOCK, blockysize=BLOCK, compress="DEFLATE", predictor=2, interleave="pixel", num_threads="ALL_CPUS")


def grid(side):
    return dict(width=side, height=side, count=len(BANDS), dtype="uint16", crs="EPSG:32633", transform=from_origin(WEST, NORTH, PIXEL, PIXEL))


class Ground:
    """A smooth random field of unit spread that can be asked for any rows: lattices of random numbers, blended bilinearly with eased weights."""

    def __init__(self, side, seed):
        random = np.random.default_rng(seed)
        self.side = side
        self.lattices = []
        total = np.sqrt(sum(weight**2 for _, weight in OCTAVES))
        for wavelength, weight in OCTAVES:
            cells = side // wavelength + 2
            self.lattices.append((wavelength, random.standard_normal((cells, cells), dtype=np.float32) * np.float32(1.5 * weight / total)))

    def rows(self, first, last):
        field = np.zeros((last - first, self.side), np.float32)
        for wavelength, lattice in self.lattices:
            x, along_x = place(np.arange(self.side), wavelength)
            y, along_y = place(np.arange(first, last), wavelength)
            used = lattice[y[0] : y[-1] + 2]
            wide = used[:, x] * (1 - along_x) + used[:, x + 1] * along_x
            y -= y[0]
            field += wide[y] * (1 - along_y[:, None]) + wide[y + 1] * along_y[:, None]
        return field


def place(pixels, wavelength):
    cell, rest = np.divmod(pixels, wavelength)
    t = (rest / np.float32(wavelength)).astype(np.float32)
    return cell, t * t * (3 - 2 * t)


def strokes(side, random, count, lengths, widths):
    """A mask with straight strokes."""
    mask = np.zeros((side, side), bool)
    for _ in range(count):
        x, y = random.uniform(0, side, 2)
        bearing, length, width = random.uniform(0, np.pi), random.uniform(*lengths), int(random.integers(*widths))
        steps = np.arange(0, length, 0.5)
        for offset in np.arange(width) - width // 2:
            columns = np.rint(x + steps * np.cos(bearing) - offset * np.sin(bearing)).astype(int)
            rows = np.rint(y + steps * np.sin(bearing) + offset * np.cos(bearing)).astype(int)
            inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
            mask[rows[inside], columns[inside]] = True
    return mask


def as_cog(source, target):
    rasterio.shutil.copy(
        source, target, driver="COG", compress="DEFLATE", predictor=2, blocksize=BLOCK, num_threads="ALL_CPUS", bigtiff="IF_SAFER",
        overview_resampling="average")
    os.unlink(source)


def pair(folder, side):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(5)
    relief, colour = Ground(side, 6), Ground(side, 7)
    area = (side / 10980) ** 2
    tracks = strokes(side, random, max(3, round(60 * side / 10980)), (side * 0.5, side * 1.5), (1, 4))
    works = strokes(side, random, max(2, round(40 * area)), (100, min(1500, side)), (2, 6))
    for _ in range(max(4, round(220 * area))):
        size = int(random.integers(4, 60))
        x, y = random.integers(0, side - 60, 2)
        works[y : y + size, x : x + size] = True
    for number, date in enumerate(DATES):
        plain = folder / f"t_{date}_plain.tif"
        with rasterio.open(plain, "w", driver="GTiff", bigtiff="IF_SAFER", **LAYOUT, **grid(side)) as file:
            file.descriptions = BANDS
            for first in range(0, side, BLOCK):
                last = min(first + BLOCK, side)
                relief_here, colour_here = relief.rows(first, last), colour.rows(first, last)
                for band in range(len(BANDS)):
                    noise = np.random.default_rng([8, number, band, first]).standard_normal((last - first, side), dtype=np.float32)
                    level = LEVEL[band] + RELIEF[band] * relief_here + COLOUR[band] * colour_here + TRACK * tracks[first:last]
                    if number:
                        level = level * GAIN[band] + OFFSET[band] + WORKS[band] * works[first:last]
                    pixels = np.clip(np.rint(level + NOISE * noise), 1, 12000).astype(np.uint16)
                    file.write(pixels, band + 1, window=Window(0, first, side, last - first))
        scene = folder / f"t_{date}_cog.tif"
        as_cog(plain, scene)
        pieces(scene, folder / "tiles" / date)


def pieces(scene, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with rasterio.open(scene) as file:
        step = -(-file.width // PIECES)
        for row in range(PIECES):
            for column in range(PIECES):
                x, y = column * step, row * step
                window = Window(x, y, min(step, file.width - x), min(step, file.height - y))
                profile = dict(
                    file.profile, driver="GTiff", width=window.width, height=window.height, transform=file.window_transform(window), **LAYOUT)
                with rasterio.open(folder / f"r{row}_c{column}.tif", "w", **profile) as piece:
                    piece.write(file.read(window=window))


def crop(source, target, side, noise=None):
    """The upper left corner; with `noise`, a random generator, noise is added."""
    plain = target.with_name(target.name + ".plain")
    with rasterio.open(source) as file:
        profile = dict(file.profile, driver="GTiff", width=side, height=side, **LAYOUT)
        with rasterio.open(plain, "w", **profile) as part:
            part.descriptions = file.descriptions
            for first in range(0, side, BLOCK):
                window = Window(0, first, side, min(BLOCK, side - first))
                pixels = file.read(window=window)
                if noise is not None:
                    added = noise.standard_normal(pixels.shape, dtype=np.float32) * NOISE_OF_DATE
                    pixels = np.clip(np.rint(pixels + added), 1, 65535).astype(np.uint16)
                part.write(pixels, window=window)
    as_cog(plain, target)


def dates(before, after, folder, side, count):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=10 * number)
        crop(before if number < count // 2 else after, folder / f"{day}.tif", side, np.random.default_rng([9, number]))


def main():
    words = sys.argv[1:]
    if len(words) == 3 and words[0] == "pair":
        pair(pathlib.Path(words[1]), int(words[2]))
    elif len(words) == 4 and words[0] == "crop":
        crop(pathlib.Path(words[1]), pathlib.Path(words[2]), int(words[3]))
    elif len(words) == 6 and words[0] == "dates":
        dates(pathlib.Path(words[1]), pathlib.Path(words[2]), pathlib.Path(words[3]), int(words[4]), int(words[5]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
