"""svg_plot: the plots of docs/performance.md: bars of ratios with marks for goals, bars that are made of parts, and
small panels of points. Each function returns the text of an SVG file.

All are WIDTH wide, so that their text is readable at 360 pixels too; a label stands above its bar, and never beside it.
The colours follow the reader's choice of light or dark; none says what words do not say too.
"""
from html import escape
from math import log10

WIDTH = 420
LEFT, RIGHT = 12, 408

STYLE = """
text{font:14px sans-serif;fill:#1b1f24}.small{font-size:13px;fill:#57606a}.bold{font-weight:bold}
.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.end{text-anchor:end}.middle{text-anchor:middle}.back{fill:#fff}.grid{stroke:#d0d7de}.rail{fill:#eef1f4}
.one,.goal{stroke:#1b1f24;stroke-width:2}.one{stroke-width:1;stroke-dasharray:3 3}
.stretch{fill:#fff;stroke:#1b1f24;stroke-width:1.5}.met{fill:#0b66c3}.no{fill:#c2570c}.none{fill:#8b949e}
.client{fill:#8b949e}.kernel{fill:#57606a}.call{fill:#c2570c}.copy{fill:#d9a406}.stack{fill:#0b66c3}
.application{fill:#1a7f37}.inside{font-size:13px;fill:#fff;text-anchor:middle}.copy+.inside{fill:#1b1f24}
.line{fill:none;stroke:#0b66c3;stroke-width:2}.dot{fill:#0b66c3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.halo{stroke:#0d1117}.small{fill:#9ea7b1}
.back{fill:#0d1117}.grid{stroke:#30363d}
.rail{fill:#1c2229}.one,.goal{stroke:#e6edf3}.stretch{fill:#0d1117;stroke:#e6edf3}.met,.stack,.dot{fill:#4493f8}
.no,.call{fill:#e0823d}.none,.client{fill:#6e7681}.kernel{fill:#9ea7b1}.copy{fill:#e3b341}.application{fill:#3fb950}
.line{stroke:#4493f8}.inside,.copy+.inside{fill:#0d1117}}
"""


def text(x, y, words, kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(str(words))}</text>'


def rect(x, y, width, height, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{kind}"/>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def document(title, description, height, parts):
    """An SVG file; title and description are for those who do not see it."""
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="title about">\n'
            f'<title id="title">{escape(title)}</title>\n<desc id="about">{escape(description)}</desc>\n'
            f"<style>{STYLE}</style>\n" + rect(0, 0, WIDTH, height, "back"))
    return "\n".join([head, *parts, "</svg>"]) + "\n"


# ---- ratios ----

LETTER = 7.2  # about as wide as one is


def fitting(name, base):
    """Both as far as there is room for them in one line with the ratio; the name is worth more."""
    letters = int((RIGHT - LEFT - 48) / LETTER)
    if len(name) > letters:
        return name[:letters - 1] + "\u2026", ""
    return name, base if len(name) + len(base) < letters else ""


def ratio_bar(y, row, scale):
    """row: name, base, ratio, goal, stretch (or None), met. The ratios are in our favour."""
    name, base, ratio, goal, stretch, met = row
    at = lambda value: LEFT + min(value, scale) / scale * (RIGHT - LEFT)  # noqa: E731
    name, base = fitting(name, base)
    parts = [
        text(LEFT, y + 13, name),
        text(RIGHT, y + 13, f"{ratio:.2f}", "bold end"),
        text(RIGHT - 40, y + 13, base, "small end"),
        rect(LEFT, y + 19, RIGHT - LEFT, 12, "rail"),
        rect(LEFT, y + 19, at(ratio) - LEFT, 12, {"goal": "met", "stretch": "met", "no": "no"}.get(met, "none")),
        line(at(1), y + 17, at(1), y + 33, "one"),
    ]
    if goal:
        parts.append(line(at(goal), y + 16, at(goal), y + 34, "goal"))
    if stretch:
        x = at(stretch)
        parts.append(f'<path d="M{x:.1f} {y + 20:.1f}l5 5l-5 5l-5 -5z" class="stretch"/>')
    return parts


def ratios(title, rows):
    """Bars of ratios, one below the other. A bar longer than 2.5 is cut off; its figure is not."""
    scale = min(2.5, max([1.5] + [max(row[2], row[3] or 0, row[4] or 0) * 1.03 for row in rows]))
    parts = [text(LEFT, 20, title, "bold")]
    for x, kind, words in ((0, "met", "goal met"), (96, "no", "not met"), (184, "none", "no goal")):
        parts += [rect(LEFT + x, 33, 12, 12, kind), text(LEFT + x + 18, 43, words, "small")]
    parts += [line(LEFT + 6, 52, LEFT + 6, 68, "goal"), text(LEFT + 18, 65, "goal", "small"),
              f'<path d="M{LEFT + 102} 55l5 5l-5 5l-5 -5z" class="stretch"/>', text(LEFT + 114, 65, "stretch", "small"),
              line(LEFT + 190, 52, LEFT + 190, 68, "one"), text(LEFT + 202, 65, "1: as fast", "small")]
    y = 80
    for row in rows:
        parts += ratio_bar(y, row, scale)
        y += 42
    about = "; ".join(f"{row[0]}: {row[2]:.2f}" for row in rows)
    return document(title, about, y + 4, parts)


# ---- parts ----

KINDS = (("client", "client"), ("kernel", "kernel"), ("call", "system call"), ("copy", "copy"), ("stack", "stack"),
         ("application", "application"))


def parts_legend(y):
    out = []
    for i, (kind, words) in enumerate(KINDS):
        x, at = LEFT + i % 3 * 125, y + i // 3 * 20
        out += [rect(x, at, 12, 12, kind), text(x + 18, at + 11, words, "small")]
    return out


def part_bar(y, work, parts):
    """parts: kind, nanoseconds. What is less than nothing, by noise, is not drawn."""
    total = sum(max(0, ns) for _, ns in parts)
    out = [text(LEFT, y + 13, work), text(RIGHT, y + 13, f"{total / 1000:.1f} us", "bold end")]
    x = LEFT
    for kind, _ in KINDS:
        share = sum(max(0, ns) for k, ns in parts if k == kind) / total if total else 0
        width = share * (RIGHT - LEFT)
        if width > 0:
            out.append(rect(x, y + 19, width, 20, kind))
            if width > 36:
                out.append(text(x + width / 2, y + 33, f"{share * 100:.0f} %", "inside"))
        x += width
    return out


def stacked(title, works):
    """works: name, list of (kind, nanoseconds)."""
    out = [text(LEFT, 20, title, "bold"), *parts_legend(32)]
    y = 78
    for work, parts in works:
        out += part_bar(y, work, parts)
        y += 50
    about = "; ".join(f"{work}: " + ", ".join(f"{kind} {max(0, ns):.0f} ns" for kind, ns in parts)
                      for work, parts in works)
    return document(title, about, y + 2, out)


# ---- panels ----

PANEL = 200


def short(value):
    """A number in four characters or so."""
    for limit, letter in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g}{letter}"
    return f"{value:.3g}"


def panel(y, title, x_words, points, logarithmic):
    """points: label of x, value. Equal steps on the axis of x; a point has its value beside it."""
    left, right, top, bottom = LEFT + 22, RIGHT - 22, y + 52, y + PANEL - 48
    scaled = [log10(value) if logarithmic else value for _, value in points]
    low = min(scaled) - 0.15 if logarithmic else 0
    high = max(scaled)
    span = (high - low) or 1
    step = (right - left) / max(1, len(points) - 1)
    at = [(left + i * step, bottom - (value - low) / span * (bottom - top)) for i, value in enumerate(scaled)]
    out = [text(LEFT, y + 20, title, "bold"), line(LEFT, bottom, RIGHT, bottom, "grid")]
    out.append('<polyline points="' + " ".join(f"{px:.1f},{py:.1f}" for px, py in at) + '" class="line"/>')
    for (label, value), (px, py) in zip(points, at):
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" class="dot"/>',
                text(px, py - 10, short(value), "small halo middle"), text(px, bottom + 17, label, "small middle")]
    out.append(text(WIDTH / 2, bottom + 35, x_words + ("; y logarithmic" if logarithmic else "; y from 0"),
                    "small middle"))
    return out


def panels(title, which):
    """which: title with the unit of y, words for x, points, whether y is logarithmic."""
    out = []
    for i, (name, x_words, points, logarithmic) in enumerate(which):
        out += panel(i * PANEL, name, x_words, points, logarithmic)
    about = "; ".join(f"{name}: " + ", ".join(f"{label}: {short(value)}" for label, value in points)
                      for name, _, points, _ in which)
    return document(title, about, len(which) * PANEL, out)
