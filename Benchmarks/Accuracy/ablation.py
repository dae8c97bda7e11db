"""What each step of the undirected change (band 2) is worth, drawn for the documentation.

Each row was measured by `--only pixels` with a version of the program that had the steps up to it. The program has all of them and no switch to leave one out,
so these figures do not follow it by themselves; `--only pixels` tells whether the last row still holds.
"""
import drawing

#: Step, and over the seven Onera cities mean AUROC, average precision and best F1; Taizhou's kappa at the run's own limit.
STEPS = (
    ("smoothed differences, bands whitened", 0.880, 0.255, 0.338, 0.863),
    ("squares over 1 px, bands not whitened", 0.909, 0.313, 0.381, 0.978),
    ("no difference counts beyond 4 σ", 0.909, 0.354, 0.394, 0.979),
    ("squares over 1 and 4 px", 0.930, 0.382, 0.413, 0.975),
    ("noise half by sharpness, half of the scene", 0.933, 0.396, 0.423, 0.977),
    ("no limit below √2", 0.933, 0.396, 0.423, 0.9635),
)
MEASURES = ("AUROC", "av. precision", "best F1", "Taizhou κ")
BARS = (0.91, 0.33, 0.40, 0.957)


def draw(path):
    canvas = drawing.Canvas(700, 262)
    left, width, gap = 292, 84, 18
    ranges = ((0.84, 0.96), (0.2, 0.45), (0.3, 0.46), (0.84, 1.0))
    for column, (measure, bounds, bar) in enumerate(zip(MEASURES, ranges, BARS)):
        plot = drawing.Plot(canvas, left=left + column * (width + gap), top=36, width=width, height=180, x=bounds, y=(0, 1))
        x, _ = plot.at(bar, 0)
        canvas.add(f'<rect x="{plot.left}" y="36" width="{width}" height="180" fill="none" stroke="{drawing.PALE}"/>')
        canvas.add(f'<path d="M{x:.1f} 36V216" stroke="{drawing.GREY}" stroke-dasharray="4 3"/>')
        canvas.text(plot.left + width / 2, 24, measure, size=12, anchor="middle", weight="bold")
        last = None
        for row, step in enumerate(STEPS):
            y, value = 54 + row * 29, step[column + 1]
            here = plot.at(value, 0)[0]
            if last:
                canvas.add(f'<path d="M{last[0]:.1f} {last[1]}L{here:.1f} {y}" stroke="{drawing.COLOURS[0]}" stroke-width="1.2"/>')
            last = (here, y)
        for row, step in enumerate(STEPS):
            y, value = 54 + row * 29, step[column + 1]
            here = plot.at(value, 0)[0]
            canvas.mark(here, y, drawing.COLOURS[0], 0)
            on_left = here > plot.left + width / 2
            canvas.text(here - 8 if on_left else here + 8, y + 4, f"{value:.3f}", size=10.5, anchor="end" if on_left else "start",
                        halo=True)
    for row, step in enumerate(STEPS):
        canvas.text(8, 58 + row * 29, ("" if row == 0 else "+ ") + step[0], size=12)
    canvas.text(8, 244, "dashed: what was asked for; seven Onera cities, mean; Taizhou at the run's own limit", size=12, anchor="start")
    canvas.save(path)
