"""How well TrenchWatch finds what is known to be there, beside simple peers, and how its own figures hold.

  accuracy.py [--program PATH] [--shared DIR] [--work DIR] [--area KM2] [--scenes N] [--figures DIR] [--only PART ...]

Parts:
  lines        reference scenes with implanted works, against the bars: completeness, correctness, false objects, length, position, pieces
  pixels       labelled change, band 2 of the change raster, against change-vector analysis, IR-MAD and PCA-KMeans on the same bands
  alarms       false objects in simulated scenes in which nothing changed, for limits of 0.1 to 100 in 1 000 km2
  placebo      the same on pairs of the reference data between which nothing happened
  reliability  whether `confidence` is what it says: without works, and with works of mixed contrast
  injection    the program's own detection power against earthworks implanted by other means
  example      one faint line of a shipped scenario, from pixels that do not show it to the sum that does

`lines`, `pixels` and `placebo` need the reference data (TRENCHWATCH_SHARED, or `shared` beside the checkout); the others make their own. With --work scenes and
results stay in a folder, and what the same program has computed there is not computed again. --figures writes the figures of the documentation.
Needs Python with numpy, scipy, rasterio, shapely and pyproj; PCA-KMeans also scikit-learn, and is left out without it.
"""
import argparse, os, pathlib, sys, tempfile

import example, false_alarms, implanted_lines, injection, labelled_pixels, reliability

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = ("lines", "pixels", "placebo")
PARTS = ("lines", "pixels", "placebo", "alarms", "reliability", "injection", "example")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", default=ROOT / ".build" / "release" / "trenchwatch", type=pathlib.Path)
    words.add_argument("--shared", default=os.environ.get("TRENCHWATCH_SHARED", ROOT.parent / "shared"), type=pathlib.Path)
    words.add_argument("--work", type=pathlib.Path, help="folder that keeps scenes and results")
    words.add_argument("--area", default=3000, type=float, help="simulated km2 of each ground without change")
    words.add_argument("--scenes", default=6, type=int, help="simulated scenes of each kind with implants")
    words.add_argument("--figures", type=pathlib.Path, help="folder for figures")
    words.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    asked = words.parse_args()
    has_reference = (asked.shared / "cases").is_dir()
    with tempfile.TemporaryDirectory() as scratch:
        work = (asked.work or pathlib.Path(scratch)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        if asked.figures:
            asked.figures.mkdir(parents=True, exist_ok=True)
        program, shared = asked.program.resolve(), asked.shared.resolve()
        for part in PARTS:
            if part not in asked.only:
                continue
            if part in REFERENCE and not has_reference:
                print(f"accuracy: {part} needs the reference data; there is none in {shared}", file=sys.stderr)
            elif part == "lines":
                implanted_lines.lines(program, shared, work)
            elif part == "pixels":
                labelled_pixels.pixels(program, shared, work)
            elif part == "placebo":
                false_alarms.placebo(program, shared, work)
            elif part == "alarms":
                false_alarms.alarms(program, work, asked.area, asked.figures)
            elif part == "reliability":
                reliability.reliability(program, work, asked.area, asked.scenes, asked.figures)
            elif part == "example":
                example.example(program, work, asked.figures)
            else:
                injection.injection(program, work, asked.scenes, asked.figures)


if __name__ == "__main__":
    main()
