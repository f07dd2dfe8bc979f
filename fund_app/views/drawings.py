"""Geometry of the pictures on pages; the macros in templates/components/charts.html draw them.

Nothing here knows a case: callers hand in numbers with the words that go with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 640
FULL_BAR = 1000
DIAGRAM_WIDTH = 420
LINE_HEIGHT = 180
MARGIN = 8
NODE_WIDTH = 230
NODE_HEIGHT = 34
NODE_GAP = 22
TIP = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar; `text` says it in words ("EUR 4,200 spent")."""

    tone: str
    text: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label and the stretches it is made of."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point of a line with its words."""

    label: str
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the area under it, ready to draw."""

    width: int
    height: int
    path: str
    area: str
    grid: tuple[float, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A state; `kind` is plain, first, final or lit."""

    label: str
    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arc:
    """A step from one state to another; lit when it leaves the present state."""

    path: str
    tip: str
    lit: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """A workflow ready to draw: states in a column, steps as arcs beside them."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A state to draw."""

    code: str
    label: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step to draw; `sentence` tells it in words for those who see no picture."""

    source: str
    dest: str
    sentence: str


def bars(
    rows: Sequence[tuple[str, Sequence[tuple[str, int, str]]]], *, whole: int | None = None
) -> tuple[Bar, ...]:
    """Lay out bars from (label, [(tone, value, words), ...]), all on one scale.

    whole: the value of a full bar; the largest sum when None. Tones: brand, soft, accent, warn.
    """
    full = whole or max((sum(value for _, value, _ in parts) for _, parts in rows), default=0) or 1
    return tuple(Bar(label, _stretches(parts, full)) for label, parts in rows)


def burn_down(points: Sequence[tuple[str, int, str]]) -> Line:
    """Lay out a line from (label, value, words), evenly spaced, zero at the bottom."""
    top = max((value for _, value, _ in points), default=0) or 1
    span = max(len(points) - 1, 1)
    placed = tuple(
        Point(
            label,
            words,
            _round(MARGIN + index * (WIDTH - 2 * MARGIN) / span),
            _round(LINE_HEIGHT - MARGIN - max(value, 0) * (LINE_HEIGHT - 2 * MARGIN) / top),
        )
        for index, (label, value, words) in enumerate(points)
    )
    path = " ".join(f"{'L' if index else 'M'}{p.x} {p.y}" for index, p in enumerate(placed))
    floor = LINE_HEIGHT - MARGIN
    area = f"{path} L{placed[-1].x} {floor} L{placed[0].x} {floor} Z" if placed else ""
    grid = tuple(_round(MARGIN + step * (floor - MARGIN) / 4) for step in range(5))
    return Line(WIDTH, LINE_HEIGHT, path, area, grid, placed)


def state_diagram(
    states: Sequence[State], steps: Sequence[Step], *, initial: str, present: str | None = None
) -> Diagram:
    """Lay out a workflow, the present state and the steps that leave it lit.

    States stand in the order they are reached, forward steps on the right, returning ones on
    the left.
    """
    order = _reached(states, steps, initial)
    centre = DIAGRAM_WIDTH / 2
    rows = {code: index * (NODE_HEIGHT + NODE_GAP) + MARGIN for index, code in enumerate(order)}
    named = {state.code: state for state in states}
    nodes = tuple(
        Node(
            named[code].label,
            _kind(named[code], initial, present),
            centre - NODE_WIDTH / 2,
            rows[code],
            NODE_WIDTH,
            NODE_HEIGHT,
        )
        for code in order
    )
    pairs = dict.fromkeys((step.source, step.dest) for step in steps if step.source != step.dest)
    arcs = tuple(_arc(rows[a], rows[b], centre, lit=a == present) for a, b in pairs)
    height = round(len(order) * (NODE_HEIGHT + NODE_GAP) - NODE_GAP + 2 * MARGIN)
    return Diagram(DIAGRAM_WIDTH, height, nodes, arcs, tuple(step.sentence for step in steps))


def _stretches(parts: Sequence[tuple[str, int, str]], full: int) -> tuple[Part, ...]:
    laid, x = [], 0.0
    for tone, value, words in parts:
        width = _round(max(0, value) * FULL_BAR / full)
        laid.append(Part(tone, words, _round(x), width))
        x += width
    return tuple(laid)


def _reached(states: Sequence[State], steps: Sequence[Step], initial: str) -> list[str]:
    """Order states by their longest loop-free way from the first one, ends last."""
    ahead: Mapping[str, list[str]] = {
        state.code: [step.dest for step in steps if step.source == state.code] for state in states
    }
    finished: list[str] = []
    seen: set[str] = set()

    def visit(code: str) -> None:
        seen.add(code)
        for following in ahead[code]:
            if following not in seen:
                visit(following)
        finished.append(code)

    visit(initial)
    for state in states:
        if state.code not in seen:
            visit(state.code)
    finished.reverse()
    finals = {state.code for state in states if state.final}
    return sorted(finished, key=lambda code: code in finals)


def _kind(state: State, initial: str, present: str | None) -> str:
    if state.code == present:
        return "lit"
    if state.final:
        return "final"
    return "first" if state.code == initial else "plain"


def _arc(source: float, dest: float, centre: float, *, lit: bool) -> Arc:
    if dest == source + NODE_HEIGHT + NODE_GAP:
        return _straight(source, dest, centre, lit=lit)
    side = 1 if dest > source else -1
    start, end = source + NODE_HEIGHT / 2 + 5, dest + NODE_HEIGHT / 2 - 5
    edge = centre + side * NODE_WIDTH / 2
    reach = min(centre - NODE_WIDTH / 2 - MARGIN, 30 + abs(dest - source) * 0.22)
    bow = _round(edge + side * reach)
    tip_x = edge + side * 2
    path = f"M{edge} {start} C{bow} {start} {bow} {end} {tip_x + side * TIP} {end}"
    back = _round(tip_x + side * (TIP + 2))
    tip = f"M{tip_x} {end} L{back} {end - TIP / 2 - 1} L{back} {end + TIP / 2 + 1} Z"
    return Arc(path, tip, lit)


def _straight(source: float, dest: float, centre: float, *, lit: bool) -> Arc:
    start, end = source + NODE_HEIGHT, dest - 2
    path = f"M{centre} {start} L{centre} {end - TIP}"
    left, right, base = centre - TIP / 2 - 1, centre + TIP / 2 + 1, end - TIP - 2
    tip = f"M{centre} {end} L{left} {base} L{right} {base} Z"
    return Arc(path, tip, lit)


def _round(value: float) -> float:
    return round(value, 2)
