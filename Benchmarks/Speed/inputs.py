"""The scenes, the floor and the peers that the program is measured on and against; made where they are missing."""
import functools, os, pathlib, shutil, subprocess, sys

from measuring import progress

HERE = pathlib.Path(__file__).resolve().parent
DATES = ("20240101", "20240401")
DAYS = ("2024-01-01", "2024-04-01")
STACK = 17  # 16 dates and one more


class Inputs:
    """Below `work`, by the side of the tile, so that another side does not disturb them. With reference data (`shared`) the tile is made by its make_input.py,
    the floor is its decode_floor.c and there are peers; else by make_scenes.py and decode_floor.c beside this file, without peers."""

    def __init__(self, work, shared, side, stack_side):
        self.reference = shared / "bench" if (shared / "bench" / "make_input.py").is_file() else None
        self.has_peers = self.reference is not None and can_import("cv2", "rasterio", "numpy")
        self.maker = self.reference / "make_input.py" if self.reference and self.has_peers and can_import("pyproj") else None
        self.side, self.stack_side = side, stack_side
        self.folder = work / f"{'reference' if self.maker else 'own'}-{side}"
        self.work = work

    @property
    def origin(self):
        scenes = "the reference data's make_input.py" if self.maker else "make_scenes.py"
        return f"scenes by {scenes}, decoded by {'the reference data' if self.reference else 'Benchmarks/Speed'}'s decode_floor.c"

    @property
    def pair(self):
        """Two dates of the whole tile."""
        tile = self.folder / "tile"

        def make():
            if self.maker:
                call(sys.executable, self.maker, tile, self.side)
                for path in [*tile.glob("t_*_raw.tif"), *tile.glob("rgb_*.png")]:
                    path.unlink()
            else:
                call(sys.executable, HERE / "make_scenes.py", "pair", tile, self.side)

        self.once(tile, make, f"making two dates of {self.side} x {self.side}")
        return [tile / f"t_{date}_cog.tif" for date in DATES]

    def cropped(self, side):
        """Two dates of the tile's upper left corner."""
        folder = self.folder / f"crop-{side}"
        pair = self.pair

        def make():
            folder.mkdir(parents=True)
            for source in pair:
                call(sys.executable, HERE / "make_scenes.py", "crop", source, folder / source.name, side)

        self.once(folder, make, f"cropping to {side} x {side}")
        return [folder / source.name for source in pair]

    @property
    def dates(self):
        """Dates of a smaller tile, in their order."""
        folder = self.folder / f"dates-{self.stack_side}"
        pair = self.pair
        self.once(
            folder, lambda: call(sys.executable, HERE / "make_scenes.py", "dates", *pair, folder, self.stack_side, STACK),
            f"making {STACK} dates of {self.stack_side} x {self.stack_side}")
        return sorted(folder.glob("*.tif"))

    @property
    def one_tile(self):
        """An image folder with the pair as one tile."""
        return self.linked("one-tile", {f"whole/{day}.tif": path for day, path in zip(DAYS, self.pair)})

    @property
    def many_tiles(self):
        """The same pixels as 64 tiles."""
        tiles = self.pair[0].parent / "tiles"
        return self.linked(
            "many-tiles", {f"{path.stem}/{day}.tif": path for date, day in zip(DATES, DAYS) for path in sorted((tiles / date).glob("*.tif"))})

    def linked(self, name, files):
        """A folder of hard links: places below it to files."""
        folder = self.work / "folders" / name
        shutil.rmtree(folder, ignore_errors=True)
        for place, source in files.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, target)
        return folder

    @functools.cached_property
    def floor(self):
        """The program that only decodes."""
        source = (self.reference or HERE) / "decode_floor.c"
        program = self.work / "decode_floor"
        call(os.environ.get("CC", "cc"), "-O3", source, "-o", program, "-ltiff", "-lpthread")
        return program

    def peers(self):
        """Names and scripts."""
        return {path.stem: path for path in sorted(self.reference.glob("peer*.py"))} if self.has_peers else {}

    def once(self, folder, make, words):
        """Makes a folder unless it was finished before."""
        mark = folder.with_name(folder.name + ".made")
        if mark.exists():
            return
        progress(words)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        make()
        mark.touch()


def call(*words):
    command = [str(word) for word in words]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError:
        sys.exit(f"speed: there is no '{command[0]}' here")
    if done.returncode:
        sys.exit(f"speed: {' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")


def can_import(*modules):
    return subprocess.run([sys.executable, "-c", f"import {', '.join(modules)}"], capture_output=True).returncode == 0
