"""Counts the instructions of one small `diff` and compares them with the figures in instructions.json: a slowdown shows on any machine, however busy.

  instructions.py [--program PATH] [--kernels avx2|baseline] [--store]

Run on two shipped scenes with one worker by `valgrind --tool=callgrind`. Counted apart are

  program      the program itself and the Swift libraries: 5 % slack both ways
  libraries    what decodes, encodes and copies (libtiff, libdeflate, zlib, libpng, libc, libm): 20 % slack both ways. They differ a little from one version to
               the next, and more where a block is decoded twice.

Other libraries are left out: what they do hangs on the machine (fonts, coordinate data) or on the program's file, which is hashed.

More instructions than that, or fewer: 1 is returned. --store keeps the new figures, so that the next slowdown is measured from there; it counts with both
kernel sets. Where there is no valgrind, nothing is counted, in words, and 0 is returned.
"""
import argparse, json, os, pathlib, re, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIGURES = pathlib.Path(__file__).with_name("instructions.json")
BEFORE, AFTER = (ROOT / "Imagery" / "33RXQ" / name for name in ("2020-03-10.tif", "2021-01-19.tif"))
SLACK = {"program": 0.05, "libraries": 0.20}
SWIFT_LIBRARIES = ("libswift", "lib_Foundation", "libFoundation", "libdispatch", "libBlocksRuntime")
COUNTED_LIBRARIES = ("libtiff.", "libdeflate.", "libz.", "libpng", "libc.", "libm.")
# Only these fonts are shown to the program: reading all that are installed would be a sixth of the count where no cache of them is.
FONTS = [pathlib.Path("/usr/share/fonts/truetype/dejavu") / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
FONT_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{0}</dir><cachedir>{0}/cache</cachedir></fontconfig>
"""


def count(program, kernels, folder):
    """Instructions of each group."""
    profile = folder / f"callgrind.{kernels}"
    fonts = folder / f"fonts-{kernels}"
    fonts.mkdir()
    for font in FONTS:
        (fonts / font.name).symlink_to(font)
    (fonts / "fonts.conf").write_text(FONT_CONFIGURATION.format(fonts))
    # What would differ from run to run, or by machine: the seed of hash tables, the kernel set, the time in the outputs, fonts.
    environment = {
        "PATH": os.environ["PATH"], "SWIFT_DETERMINISTIC_HASHING": "1", "TRENCHWATCH_KERNELS": kernels, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C",
        "HOME": str(folder), "FONTCONFIG_FILE": str(fonts / "fonts.conf"), "SWIFT_BACKTRACE": "enable=no",
    }
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    command = [
        "valgrind", "--tool=callgrind", "--dump-line=no", f"--callgrind-out-file={profile}", program,
        "diff", BEFORE, AFTER, "--output", folder / kernels, "--jobs", "1", "--outputs", "detections,picture", "--quiet",
    ]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"instructions: the counted program ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    groups = dict.fromkeys(SLACK, 0)
    for name, instructions in by_object(profile).items():
        if name == program.name or name.startswith(SWIFT_LIBRARIES):
            groups["program"] += instructions
        elif name.startswith(COUNTED_LIBRARIES):
            groups["libraries"] += instructions
    return groups


def by_object(profile):
    """Own instructions by the file name of the program or library, from the format that Valgrind's manual describes: `ob=(number) name` gives the
    object of what follows, the name only at its first mention; a line of numbers is a position and a cost; the one after `calls=` is the cost of another
    function."""
    names, sums = {}, {}
    current, is_of_call = "", False
    for line in profile.read_text().splitlines():
        if line.startswith(("ob=", "cob=")):
            number, name = re.fullmatch(r"c?ob=\((\d+)\)(?: (.*))?", line).groups()
            if name is not None:
                names[number] = os.path.basename(name)
            if line.startswith("ob="):
                current = names[number]
        elif line.startswith("calls="):
            is_of_call = True
        elif line[:1] in "0123456789+-*" and line:
            if not is_of_call:
                sums[current] = sums.get(current, 0) + int(line.split()[1])
            is_of_call = False
    return sums


def compare(found, stored, kernels):
    """The exit code."""
    print(f"instructions of a diff of {BEFORE.name} and {AFTER.name}, {kernels} kernels, in millions:")
    code = 0
    for group, slack in SLACK.items():
        change = found[group] / stored[group] - 1
        verdict = "ok" if abs(change) <= slack else "over" if change > 0 else "under"
        print(f"  {group:<9}  {found[group] / 1e6:8.1f}  stored {stored[group] / 1e6:8.1f}  {change:+7.2%}  slack {slack:.0%}  {verdict}")
        if verdict == "over":
            code = 1
            print(f"instructions: {group}: more work than stored; make it faster, or keep the figure with --store and say why", file=sys.stderr)
        elif verdict == "under":
            code = 1
            print(f"instructions: {group}: less work than stored; keep the new figure with `make instructions COUNT=--store`", file=sys.stderr)
    return code


def compiler():
    try:
        version = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return None
    match = re.search(r"Swift version (\S+)", version)
    return match and match.group(1)


def processor_has_avx2():
    try:
        return re.search(r"^flags\s*:.*\bavx2\b", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE) is not None
    except FileNotFoundError:
        return False


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", default=ROOT / ".build" / "release" / "trenchwatch", type=pathlib.Path)
    words.add_argument("--kernels", choices=("avx2", "baseline"), help="by default avx2 where the processor has it")
    words.add_argument("--store", action="store_true", help="keep what is counted as the figures to compare with")
    asked = words.parse_args()
    for tool in ("valgrind", "strip"):
        if not shutil.which(tool):
            print(f"instructions: there is no {tool} here; nothing was counted (Debian: apt-get install valgrind binutils)", file=sys.stderr)
            return 0
    if not asked.program.is_file():
        sys.exit(f"instructions: there is no program {asked.program}; run `make build` first")
    has_avx2 = processor_has_avx2()
    if (asked.store or asked.kernels == "avx2") and not has_avx2:
        sys.exit("instructions: this processor has no AVX2, and the figures are kept for both kernel sets")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        # Valgrind gives up on the debug information of Swift.
        program = folder / "trenchwatch"
        subprocess.run(["strip", "--strip-debug", "-o", program, asked.program], check=True)
        if asked.store:
            figures = {"swift": compiler(), **{kernels: count(program, kernels, folder) for kernels in ("avx2", "baseline")}}
            FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
            print(f"instructions: kept in {FIGURES.name}: {json.dumps(figures)}")
            return 0
        kernels = asked.kernels or ("avx2" if has_avx2 else "baseline")
        figures = json.loads(FIGURES.read_text())
        code = compare(count(program, kernels, folder), figures[kernels], kernels)
        if code and figures["swift"] != compiler():
            print(f"instructions: the stored figures are of Swift {figures['swift']}, this is {compiler()}: another compiler, other counts", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
