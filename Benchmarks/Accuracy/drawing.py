"""Plain SVG: plots on a light ground, without a library."""
import math
from xml.sax.saxutils import escape

INK, GREY, PALE, SHADE = "#222222", "#777777", "#dddddd", "#eef1f4"
# Told apart by all common kinds of colour vision, and by the form of their points.
COLOURS = ["#0b5fa5", "#c8501e", "#4a7a2c", "#7a3b8f"]


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Canvas:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def add(self, part):
        self.parts.append(part)

    def text(self, x, y, words, size=13, fill=INK, anchor="start", turned=False, weight="normal", halo=False):
        turn = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
        turn += ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if halo else ""
        self.add(f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}"{turn}>'
                 f"{escape(words)}</text>")

    def mark(self, x, y, colour, form, size=4.5):
        x, y = float(x), float(y)
        if form == 0:
            shape = f'<circle cx="{number(x)}" cy="{number(y)}" r="{size}"'
        elif form == 1:
            shape = f'<rect x="{number(x - size)}" y="{number(y - size)}" width="{2 * size}" height="{2 * size}"'
        elif form == 2:
            shape = f'<path d="M{number(x)} {number(y - size - 1)}l{size + 1} {2 * size}h{-2 * size - 2}z"'
        else:
            shape = f'<path d="M{number(x)} {number(y - size - 1.5)}l{size + 1.5} {size + 1.5}l{-size - 1.5} {size + 1.5}l{-size - 1.5} {-size - 1.5}z"'
        self.add(f'{shape} fill="{colour}"/>')

    def legend(self, x, y, entries, step=150):
        for i, (colour, form, words) in enumerate(entries):
            self.mark(x + i * step, y, colour, form)
            self.text(x + i * step + 11, y + 4, words, size=12)

    def save(self, path):
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif">\n<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>\n'
            + "\n".join(self.parts) + "\n</svg>\n")
        print(f"  drawn: {path}")


class Plot:
    """A frame with axes; `x` and `y` are the ranges."""

    def __init__(self, canvas, left, top, width, height, x, y, log=False, log_x=False):
        self.canvas, self.left, self.top, self.width, self.height = canvas, left, top, width, height
        self.x_range, self.y_range, self.log_x, self.log_y = x, y, log or log_x, log

    @staticmethod
    def share(value, bounds, log):
        low, high = bounds
        if log:
            value, low, high = (math.log(max(v, 1e-12)) for v in (value, low, high))
        return min(1, max(0, (value - low) / (high - low)))

    def at(self, x, y):
        return (self.left + self.width * self.share(x, self.x_range, self.log_x),
                self.top + self.height * (1 - self.share(y, self.y_range, self.log_y)))

    def frame(self, x_title, y_title, ticks=None, x_ticks=None, y_ticks=None, title=""):
        c = self.canvas
        for value in x_ticks or ticks:
            x, _ = self.at(value, self.y_range[0])
            c.add(f'<path d="M{number(x)} {self.top}V{self.top + self.height}" stroke="{PALE}"/>')
            c.text(x, self.top + self.height + 17, f"{value:g}", size=12, anchor="middle")
        for value in y_ticks or ticks:
            _, y = self.at(self.x_range[0], value)
            c.add(f'<path d="M{self.left} {number(y)}H{self.left + self.width}" stroke="{PALE}"/>')
            c.text(self.left - 7, y + 4, f"{value:g}", size=12, anchor="end")
        c.add(f'<rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" fill="none" stroke="{GREY}"/>')
        c.text(self.left + self.width / 2, self.top + self.height + 36, x_title, anchor="middle")
        if y_title:
            c.text(self.left - 44, self.top + self.height / 2, y_title, anchor="middle", turned=True)
        if title:
            c.text(self.left, self.top - 10, title, size=14, weight="bold")

    def path(self, points):
        return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in (self.at(*point) for point in points))

    def line(self, points, colour, width=1.6, dash=""):
        self.canvas.add(f'<path d="{self.path(points)}" fill="none" stroke="{colour}" stroke-width="{width}"'
                        + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")

    def area(self, points, colour):
        self.canvas.add(f'<path d="{self.path(points)}Z" fill="{colour}"/>')

    def whisker(self, x, low, high, colour):
        self.line([(x, low), (x, high)], colour, width=1.4)

    def point(self, x, y, colour, form, size=4.5):
        self.canvas.mark(*self.at(x, y), colour, form, size)
