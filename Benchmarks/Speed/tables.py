"""What was measured, as aligned text or Markdown: tables of figures, and bars."""
import dataclasses


@dataclasses.dataclass
class Table:
    head: list
    rows: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Bar:
    """A figure and what is asked of it."""

    name: str
    value: float
    limit: float
    unit: str = ""
    is_floor: bool = False  # the figure is to reach the limit, not to stay below it

    def cells(self):
        met = self.value >= self.limit if self.is_floor else self.value <= self.limit
        sign = "≥" if self.is_floor else "≤"
        return [self.name, number(self.value) + self.unit, f"{sign} {self.limit:g}{self.unit}", "ok" if met else "over" if not self.is_floor else "under"]


@dataclasses.dataclass
class Section:
    """What one part of the harness found out."""

    title: str
    tables: list = dataclasses.field(default_factory=list)
    bars: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)

    def to_json(self):
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(found):
        return Section(found["title"], [Table(**table) for table in found["tables"]], [Bar(**bar) for bar in found["bars"]], found["notes"])


BAR_HEAD = ["figure", "measured", "bar", ""]


def number(value):
    """Three digits that mean something."""
    size = abs(value)
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"


def as_text(section):
    lines = ["", section.title]
    for table in section.tables:
        lines += ["", *aligned([table.head, *table.rows])]
    if section.bars:
        lines += ["", *aligned([BAR_HEAD, *(bar.cells() for bar in section.bars)])]
    lines += [f"  {note}" for note in section.notes]
    return "\n".join(lines)


def as_markdown(sections, machine):
    """Tables with their titles, then one table of all bars."""
    lines = []
    for section in sections:
        for table in section.tables:
            lines += [f"{section.title}:", "", *markdown_table(table.head, table.rows), ""]
    bars = [bar.cells() for section in sections for bar in section.bars]
    if bars:
        lines += [*markdown_table(BAR_HEAD, bars), ""]
    lines += [f"{note}  " for section in sections for note in section.notes]
    return "\n".join([*lines, f"Measured by `make bench` on {machine}."])


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *others = (cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths)))
        lines.append("  " + "  ".join([first, *others]).rstrip())
    return lines


def markdown_table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
