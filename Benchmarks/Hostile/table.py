#!/usr/bin/env python3
"""What is read and what is refused of a folder of odd, damaged and malicious rasters, beside GDAL's verdict.

    python3 Benchmarks/Hostile/table.py --write

Runs `trenchwatch inspect` and `gdalinfo -checksum` on every TIFF and PNG below the folder and prints two tables; --write puts them into
Documentation/hostile-input.md. Needs Debian's gdal-bin.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "Documentation" / "hostile-input.md"
BEGIN, END = "<!-- made by Benchmarks/Hostile/table.py -->", "<!-- end -->"
SECONDS = 10

# What a refusal is about, by the words of it; the first that fits.
FAULTS = [
    (r"complex sample", "complex samples"),
    (r"floating-point sample", "floats of other than 16, 32 or 64 bits"),
    (r"integer sample of (24|33|64) bits", "integers of 24, 33 or 64 bits"),
    (r"integer sample", "signed integers of odd widths"),
    (r"bits a sample with", "odd bit depths in a codec that has its own"),
    (r"YCbCr colour outside JPEG|subsampled colours", "YCbCr or subsampled colour outside JPEG"),
    (r"LogLuv", "LogLuv colour"),
    (r"L\*a\*b\*", "L\\*a\\*b\\* colour"),
    (r"old-style JPEG", "old-style JPEG in TIFF"),
    (r"its compression \(", "a compression that the system's libtiff lacks"),
    (r"cut short", "blocks beyond the file's end"),
    (r"cannot be decoded", "a damaged block"),
    (r"are more than the allowed|are allowed|too many|takes more than the allowed|need more memory", "absurd sizes"),
    (r"cannot be opened as TIFF", "a directory that libtiff cannot read"),
    (r"neither TIFF nor PNG", "neither TIFF nor PNG, whatever its name"),
    (r"no readable PNG", "a damaged PNG header or chunk"),
    (r"damaged PNG", "damaged PNG pixels"),
    (r"cannot hold", "a PNG too short for its size"),
    (r"has no (width|samples|place|size)|without a size", "tags that are missing"),
    (r"world file|aux\.xml", "a damaged file beside the raster"),
]


def program():
    candidate = os.environ.get("TRENCHWATCH", ROOT / ".build" / "release" / "trenchwatch")
    if not os.access(candidate, os.X_OK):
        sys.exit(f"table.py: there is no {candidate}; make build first, or name the program in TRENCHWATCH")
    return str(candidate)


def measured(arguments):
    """Exit code (negative: the signal), standard output and error, seconds of the processor, peak memory in MiB."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        began = time.monotonic()
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=complaints)
        usage = None
        while usage is None:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                usage = used
            elif time.monotonic() - began > 6 * SECONDS:
                process.kill()
                _, status, usage = os.wait4(process.pid, 0)
            else:
                time.sleep(0.001)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        out.seek(0)
        complaints.seek(0)
        texts = (out.read().decode("utf-8", "replace"), complaints.read().decode("utf-8", "replace"))
        return process.returncode, *texts, seconds, usage.ru_maxrss / 1024


def gdal(path):
    code, out, complaints, _, _ = measured(["gdalinfo", "-checksum", "-nomd", "-noct", "-norat", path])
    if code != 0:
        return "refused"
    if "ERROR" in complaints or "Checksum=-1" in out or "Checksum=" not in out:
        return "read in part"
    return "read"


def subject(line, info):
    if info is None:
        for words, name in FAULTS:
            if re.search(words, line):
                return name
        return "something else"
    if info["format"] == "png":
        kinds = {1: "grey", 2: "grey and alpha", 3: "RGB", 4: "RGBA"}
        return f"PNG, {kinds[len(info['bands'])]}, {info['type']}"
    layout = ("tiles" if info["tiled"] else "strips") + (", band by band" if info["planar"] else "")
    return f"TIFF, {info['compression']}, {layout}"


def words(line, path):
    line = line.replace(path, "…").replace("trenchwatch: …: ", "")
    line = re.sub(r"\d+(?:\.\d+)?", "*n*", line).replace("|", "\\|")
    return re.sub(r"\(\*n\*, \*n\*\)", "(*n*, *n*)", line)


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def count(verdicts):
    return [verdicts[kind] or "" for kind in ("read", "read in part", "refused")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = os.environ.get("TRENCHWATCH_SHARED", ROOT.parent / "shared")
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=pathlib.Path(shared) / "hostile")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args()
    trenchwatch = program()
    files = sorted(p for p in arguments.folder.rglob("*") if p.suffix.lower() in (".tif", ".tiff", ".png"))
    if not files:
        sys.exit(f"table.py: no TIFF or PNG below {arguments.folder}")

    def look(path):
        return path, measured([trenchwatch, "inspect", str(path), "--json"]), gdal(str(path))

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        results = list(workers.map(look, files))

    read, refused = {}, {}
    for path, (code, out, complaints, seconds, _), verdict in results:
        lines = complaints.splitlines()
        if code not in (0, 1) or (code == 1 and len(lines) != 1) or seconds > SECONDS:
            sys.exit(f"table.py: {path}: ended with {code} after {seconds:.1f} s: {complaints}")
        info = json.loads(out) if code == 0 else None
        line = lines[0] if lines else ""
        group = (read if info else refused).setdefault(subject(line, info), collections.defaultdict(list))
        group[verdict].append((str(path.relative_to(arguments.folder)), words(line, str(path))))

    def sizes(group):
        return collections.Counter({verdict: len(members) for verdict, members in group.items()})

    def total(groups):
        return sum((sizes(group) for group in groups.values()), collections.Counter())

    version = subprocess.run(["gdalinfo", "--version"], capture_output=True, text=True).stdout.split(",")[0]
    slowest = max(result[3] for _, result, _ in results)
    largest = max(result[4] for _, result, _ in results)
    lines = [
        f"{len(files)} files: {sum(total(read).values())} read, {sum(total(refused).values())} refused; none took more than "
        f"{max(1, round(slowest + 0.5))} s of the processor or {round(largest / 10 + 0.5) * 10} MiB. The other reader is {version}.",
        "",
        "| refused for | files | GDAL reads | reads with errors | refuses | in these words, for example |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, group in sorted(refused.items(), key=lambda item: (-sum(sizes(item[1]).values()), item[0])):
        said = collections.Counter(word for members in group.values() for _, word in members)
        example = min(said, key=lambda word: (-said[word], word))
        lines.append(row([name, sum(sizes(group).values()), *count(sizes(group)), example]))
    lines.append(row(["**together**", sum(total(refused).values()), *count(total(refused)), ""]))
    lines += ["", "| read | files | GDAL reads | reads with errors | refuses |", "|---|--:|--:|--:|--:|"]
    for name, group in sorted(read.items()):
        lines.append(row([name, sum(sizes(group).values()), *count(sizes(group))]))
    lines.append(row(["**together**", sum(total(read).values()), *count(total(read))]))
    text = "\n".join(lines)
    if not arguments.write:
        print(text)
        return
    page = PAGE.read_text()
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
