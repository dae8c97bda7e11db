"""What all parts share: running the program, tables, intervals."""
import json, os, subprocess, sys

from scipy import stats


def run(program, *words):
    """Standard output of the program; ends this one where it fails."""
    command = [str(word) for word in (program, *words)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
    if done.returncode not in (0, 3):
        sys.exit(f"accuracy: {' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def features(path):
    return json.loads(path.read_text())["features"]


def table(title, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    print(f"\n{title}\n")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    sys.stdout.flush()


def poisson_interval(count, level=0.95):
    """Garwood's limits of an expected count."""
    tail = (1 - level) / 2
    return (stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0), stats.chi2.ppf(1 - tail, 2 * count + 2) / 2


def binomial_interval(found, count, level=0.95):
    """Clopper and Pearson's limits of a share."""
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, found, count - found + 1) if found else 0.0
    high = stats.beta.ppf(1 - tail, found + 1, count - found) if found < count else 1.0
    return float(low), float(high)
