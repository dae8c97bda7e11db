"""What is measured: each part runs its commands in turn and returns a section of tables and bars."""
import json, os, shutil, sys, time

from measuring import Contest, warm
from tables import Bar, Section, Table, number

PLAIN = "detections,picture"
FULL = "detections,picture,change,report"
COST_HEAD = ["", "wall s", "CPU s", "peak MiB"]
# What a pair keeps of the whole scene: signed change, old structure and brightness of the later date, brightness of the earlier one.
PAIR_PLANES = 4
DATE_COUNTS = (2, 4, 8, 16)
# The program takes a file for settled when it has been left alone for this long, and hashes it anew before.
SETTLING_SECONDS = 2.5
STARTS = 20
SMALL_SIDE = 512


class Parts:
    def __init__(self, program, inputs, runs, workers):
        self.program, self.inputs, self.runs, self.workers = program, inputs, runs, workers
        self.results = inputs.work / "results"
        self.results.mkdir(parents=True, exist_ok=True)
        self.log = self.results / "standard-error.txt"

    def pair(self):
        """Two whole dates against decoding them, and against the peers."""
        contest = self.contest()
        scenes = self.inputs.pair
        warm(scenes)
        floor, plain, full = f"floor: decoding, {self.workers} threads", f"trenchwatch, {PLAIN}", f"trenchwatch, {FULL}"
        contest.add(floor, *self.decoding(scenes))
        contest.add(plain, self.diff("plain", scenes, PLAIN), before=self.emptying("plain"))
        contest.add(full, self.diff("full", scenes, FULL), before=self.emptying("full"))
        peers = self.inputs.peers()
        for name, script in peers.items():
            contest.add(name, [sys.executable, script, *scenes, self.results / name, self.workers])
        contest.run()
        bars = [
            Bar(f"{PLAIN}: of the floor", contest.ratio(plain, floor), 2.0, " ×"),
            Bar(f"{FULL}: of the floor", contest.ratio(full, floor), 3.0, " ×"),
            Bar(f"{PLAIN}: peak memory", contest[plain].peak, 1024, " MiB"),
        ]
        notes = []
        if "peer2_opencv_mt" in peers:
            bars.insert(1, Bar(f"{PLAIN}: of peer2_opencv_mt", contest.ratio(plain, "peer2_opencv_mt"), 0.25, " ×"))
        else:
            notes.append("no peers: they need the reference data, and Python with numpy, opencv and rasterio")
        table = Table([*COST_HEAD, "of the floor"], [[*self.row(contest, name), f"{number(contest.ratio(name, floor))} ×"] for name in contest.contenders])
        return self.section("A pair of tiles", [table], bars, notes)

    def scaling(self):
        """One worker against two, a quarter of the tile against the whole."""
        contest = self.contest()
        side = self.inputs.side
        half = side // 2
        warm([*self.inputs.pair, *self.inputs.cropped(half)])
        whole, alone, quarter = f"{side} × {side}, {self.workers} workers", f"{side} × {side}, 1 worker", f"{half} × {half}, {self.workers} workers"
        contest.add(whole, self.diff("whole", self.inputs.pair, PLAIN), before=self.emptying("whole"))
        contest.add(alone, self.diff("alone", self.inputs.pair, PLAIN, workers=1), before=self.emptying("alone"))
        contest.add(quarter, self.diff("quarter", self.inputs.cropped(half), PLAIN), before=self.emptying("quarter"))
        contest.run()
        pixels = side**2 - half**2
        growth = (contest[whole].peak - contest[quarter].peak) * 2**20 / pixels
        bars = [
            Bar(f"one worker: of {self.workers}", contest.ratio(alone, whole), 1.8, " ×", is_floor=True),
            Bar("four times the pixels: of the time of a quarter", contest.ratio(whole, quarter), 4.2, " ×"),
            Bar("memory for each further pixel, in one-byte planes", growth, PAIR_PLANES, " B"),
        ]
        return self.section("Workers and size", [self.table(contest)], bars)

    def stack(self):
        """Dates of one tile, and one more on a stack that is finished."""
        dates = self.inputs.dates
        warm(dates)
        last, kept = DATE_COUNTS[-1], dates[DATE_COUNTS[-1]]
        folders = {count: self.inputs.linked(f"stack-{count}", {f"tile/{path.name}": path for path in dates[:count]}) for count in DATE_COUNTS}
        pictured = self.inputs.linked("stack-pictures", {f"tile/{path.name}": path for path in dates[:last]})
        parked = self.inputs.linked("parked", {kept.name: kept}) / kept.name
        time.sleep(SETTLING_SECONDS)

        # One date more goes to the stack that the measurement before it has left, so that the state is the one that the program wrote itself.
        def park():
            for folder in (folders[last], pictured):
                if (folder / "tile" / kept.name).exists():
                    os.rename(folder / "tile" / kept.name, parked)

        def anew(folder):
            def do():
                park()
                shutil.rmtree(self.results / folder.name, ignore_errors=True)
            return do

        states = {}

        def one_more(folder):
            def do():
                states[folder] = size_of(self.results / folder.name / ".trenchwatch")
                os.rename(parked, folder / "tile" / kept.name)
            return do

        contest = self.contest()
        floor = f"floor: decoding one date, {self.workers} threads"
        contest.add(floor, *self.decoding(dates[:1]))
        names = {count: f"{count} dates" for count in DATE_COUNTS}
        more, more_pictured = "one date more", "one date more, with pictures"
        for count, folder in folders.items():
            contest.add(names[count], self.pipeline(folder.name, folder, "detections"), before=anew(folder))
        contest.add(more, self.pipeline(folders[last].name, folders[last], "detections"), before=one_more(folders[last]))
        contest.add(f"{last} dates, with pictures", self.pipeline(pictured.name, pictured, PLAIN), before=anew(pictured))
        contest.add(more_pictured, self.pipeline(pictured.name, pictured, PLAIN), before=one_more(pictured))
        contest.run()
        park()

        wall = {count: contest[names[count]].wall for count in DATE_COUNTS}
        first_slope = (wall[8] - wall[2]) / 6
        last_slope = (wall[16] - wall[8]) / 8
        side = self.inputs.stack_side
        rows = [[*self.row(contest, name), f"{number(contest.ratio(name, floor))} ×"] for name in contest.contenders]
        bars = [
            Bar("one date more on 16, detections: of decoding it", contest.ratio(more, floor), 2.5, " ×"),
            Bar("a date from 8 to 16: of one from 2 to 8 (linear: 1)", last_slope / max(first_slope, 1e-3), 1.2, " ×"),
        ]
        state = states[folders[last]]
        notes = [f"state of {last} dates: {number(state / 2**20)} MiB, {number(state / (last * side**2))} bytes a pixel and date"]
        return self.section(f"A stack of dates, {side} × {side}", [Table([*COST_HEAD, "of the floor"], rows)], bars, notes)

    def tiles(self):
        """The same pixels as 64 tiles in a folder."""
        contest = self.contest()
        one, many = "one tile", "64 tiles"
        for name, folder in ((one, self.inputs.one_tile), (many, self.inputs.many_tiles)):
            warm(folder.rglob("*.tif"))
            contest.add(name, self.pipeline(folder.name, folder, PLAIN), before=self.emptying(folder.name))
        contest.run()
        return self.section("Small tiles", [self.table(contest)], [Bar("64 tiles: time a pixel, of the one tile's", contest.ratio(many, one), 1.15, " ×")])

    def startup(self):
        """What is paid however little there is to do."""
        scenes = self.inputs.cropped(SMALL_SIDE)
        warm(scenes)
        contest = Contest(STARTS, self.log)
        words, small = "--help", f"a pair of {SMALL_SIDE} × {SMALL_SIDE}, {PLAIN}"
        contest.add(words, [self.program, "--help"])
        contest.add(small, self.diff("small", scenes, PLAIN), before=self.emptying("small"))
        contest.run()
        milliseconds = {name: contest[name].wall * 1e3 for name in contest.contenders}
        return self.section(
            "Start-up", [self.table(contest)],
            [Bar("--help", milliseconds[words], 15, " ms"), Bar(f"a pair of {SMALL_SIDE} × {SMALL_SIDE}", milliseconds[small], 300, " ms")], runs=STARTS)

    # MARK: commands

    def contest(self):
        return Contest(self.runs, self.log)

    def decoding(self, scenes):
        return [[self.inputs.floor, scene, self.workers] for scene in scenes]

    def diff(self, name, scenes, outputs, workers=None):
        return [
            self.program, "diff", *scenes, "--output", self.results / name, "--outputs", outputs, "--jobs", workers or self.workers, "--quiet"]

    def pipeline(self, name, imagery, outputs):
        """A run with a pipeline file of its own; JSON is YAML too."""
        path = self.results / f"{name}.yaml"
        path.write_text(json.dumps({"name": name, "imagery": str(imagery), "output": str(self.results / name)}) + "\n")
        return [self.program, "run", path, "--outputs", outputs, "--jobs", self.workers, "--quiet"]

    def emptying(self, name):
        return lambda: shutil.rmtree(self.results / name, ignore_errors=True)

    # MARK: tables

    def row(self, contest, name):
        cost = contest[name]
        return [name, number(cost.wall), number(cost.processor), f"{cost.peak:.0f}"]

    def table(self, contest):
        return Table(COST_HEAD, [self.row(contest, name) for name in contest.contenders])

    def section(self, title, tables, bars, notes=(), runs=None):
        runs = runs or self.runs
        side = self.inputs.side
        words = f"{title} (of {side} × {side}, 4 bands of uint16; {'one run' if runs == 1 else f'medians of {runs} runs'})"
        return Section(words, tables, bars, list(notes))


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
