"""Small charts as SVG, made here from published figures alone: no script, no style of their own, nothing fetched.

Each stands beside its table, which says the same in words and numbers, so it is hidden from screen readers. Colours
are the page's (`console.css`: .bar, .whisker, .trend), so they follow light, dark and print."""

from collections.abc import Sequence

from markupsafe import Markup

from console.figure_views import Row
from safety.figures import FEW, Figure

_WIDE, _HIGH = 240, 20
_TREND, _TALL = 96, 28


def bar(row: Row, top: int) -> Markup:
    """A bar as long as the figure, with a line from the least to the most that it may stand for. One that is hidden
    has the line alone."""
    scale = (_WIDE - 4) / max(top, FEW)
    low, high = 1 + row.low * scale, 1 + row.high * scale
    parts = [_svg(_WIDE, _HIGH, "chart bars")]
    if row.figure is not None:
        parts.append(f'<rect class="bar" x="1" y="3" width="{row.figure * scale:.1f}" height="14" rx="2"/>')
    parts.append(f'<path class="whisker" d="M{low:.1f} 10H{high:.1f}M{low:.1f} 6v8M{high:.1f} 6v8"/></svg>')
    return Markup("".join(parts))  # noqa: S704  # of numbers alone


def trend(past: Sequence[Figure], margin: int) -> Markup:
    """How a figure went over earlier periods, with its margin, the last one marked; what was hidden is drawn at half of
    what it may be at most. Empty for fewer than two."""
    if len(past) < 2:
        return Markup("")
    values = [FEW // 2 if figure is None else figure for figure in past]
    step, scale = (_TREND - 8) / (len(values) - 1), (_TALL - 8) / (max(*values, FEW) + margin)

    def line(values: Sequence[float]) -> list[tuple[float, float]]:
        return [(4 + place * step, _TALL - 4 - max(0, value) * scale) for place, value in enumerate(values)]

    x, y = line(values)[-1]
    band = [*line([value + margin for value in values]), *reversed(line([value - margin for value in values]))]
    return Markup(  # noqa: S704  # of numbers alone
        f'{_svg(_TREND, _TALL, "chart small")}<polygon class="band" points="{_points(band)}"/>'
        f'<polyline class="trend" points="{_points(line(values))}"/>'
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _svg(wide: int, high: int, kind: str) -> str:
    stretched = "none" if kind == "chart bars" else "xMidYMid"
    return (
        f'<svg class="{kind}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'preserveAspectRatio="{stretched}" '
        'aria-hidden="true" focusable="false">'
    )
