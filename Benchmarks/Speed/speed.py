"""How fast TrenchWatch is, beside the least that reading its input costs and beside simple peers, against its bars.

  speed.py [--program PATH] [--shared DIR] [--work DIR] [--side N] [--stack-side N] [--runs N] [--workers N] [--only PART ...] [--markdown] [--kept]

Parts:
  pair      a pair of whole tiles, with few and with all outputs: time of the decoding floor and of the peers, peak memory
  scaling   one worker against two, a quarter of the tile against the whole
  stack     2, 4, 8 and 16 dates of a smaller tile; one more on a finished stack, and how much is kept for it
  tiles     the same pixels as 64 small tiles
  startup   --help, and a pair of 512 x 512

All ratios are of one run: the commands take turns, round by round, and the median over the rounds is shown. Memory is the peak of resident memory by the
operating system. A whole tile (--side 10980) takes 8 GB of disk and, with 5 runs, its time; --side 5490 or 2048 gives a quick look, but the bars are meant for
a whole tile. Inputs stay in --work and are made once; --kept shows the last results in it and measures nothing. --markdown prints tables for README.md.

Needs Python with numpy and rasterio, a C compiler and libtiff. With reference data (TRENCHWATCH_SHARED, or `shared` beside the checkout), opencv and pyproj
the scenes and the peers are the reference's; the floor is with the data alone.
"""
import argparse, json, os, pathlib, sys

import inputs, measuring, tables
from parts import Parts

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("pair", "scaling", "stack", "tiles", "startup")
WHOLE_TILE = 10980


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", default=ROOT / ".build" / "release" / "trenchwatch", type=pathlib.Path)
    words.add_argument("--shared", default=os.environ.get("TRENCHWATCH_SHARED", ROOT.parent / "shared"), type=pathlib.Path)
    words.add_argument("--work", default=ROOT / ".build" / "speed", type=pathlib.Path, help="folder that keeps scenes and results")
    words.add_argument("--side", default=WHOLE_TILE, type=int, help="pixels of the tile's side, 1024 or more")
    words.add_argument("--stack-side", type=int, help="of the stack of dates; by default half the side")
    words.add_argument("--runs", default=5, type=int, help="rounds of which medians are taken")
    words.add_argument("--workers", default=2, type=int, help="threads of the program, of the floor and of the peers")
    words.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    words.add_argument("--markdown", action="store_true", help="tables for README.md")
    words.add_argument("--kept", action="store_true", help="show the results kept in --work")
    asked = words.parse_args()
    stack_side = asked.stack_side or asked.side // 2
    if asked.side < 1024 or not 256 <= stack_side <= asked.side or asked.runs < 1 or asked.workers < 1:
        words.error("sides, runs or workers are out of range")
    work = asked.work.resolve()
    kept = work / f"speed-{asked.side}.json"
    if asked.kept:
        if not kept.is_file():
            sys.exit(f"speed: {work} keeps no results of side {asked.side}")
        results = json.loads(kept.read_text())
    else:
        results = json.loads(kept.read_text()) if kept.is_file() else {}
        measure(asked, work, stack_side, results, kept)
    show(asked, results)


def measure(asked, work, stack_side, results, kept):
    program = asked.program.resolve()
    if not program.is_file():
        sys.exit(f"speed: there is no program {program}; run `make build` first")
    if not inputs.can_import("numpy", "rasterio"):
        sys.exit("speed: making the scenes needs Python with numpy and rasterio (pip install rasterio)")
    if asked.workers > len(os.sched_getaffinity(0)):
        print(f"speed: fewer than {asked.workers} cores here; the bars are meant for {asked.workers}", file=sys.stderr)
    measuring.warn_if_busy()
    work.mkdir(parents=True, exist_ok=True)
    scenes = inputs.Inputs(work, asked.shared.resolve(), asked.side, stack_side)
    parts = Parts(program, scenes, asked.runs, asked.workers)
    for name in PARTS:
        if name in asked.only:
            section = getattr(parts, name)()
            results[name] = {"section": section.to_json(), "machine": measuring.machine(), "origin": scenes.origin}
            kept.write_text(json.dumps(results, indent=1) + "\n")
            if not asked.markdown:
                print(tables.as_text(section), flush=True)


def show(asked, results):
    """What is said once for all parts, and what is not shown while measuring."""
    chosen = [results[name] for name in PARTS if name in asked.only and name in results]
    sections = [tables.Section.from_json(result["section"]) for result in chosen]
    machine = "; ".join(dict.fromkeys(f"{result['machine']}; {result['origin']}" for result in chosen))
    if asked.markdown:
        print(tables.as_markdown(sections, machine))
        return
    if asked.kept:
        print("\n".join(tables.as_text(section) for section in sections))
    print(f"\n{machine}")
    if asked.side != WHOLE_TILE:
        print(f"The bars are meant for a whole tile (side {WHOLE_TILE}).")


if __name__ == "__main__":
    main()
