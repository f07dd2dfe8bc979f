from __future__ import annotations

from fund_app.views import drawings
from fund_app.views.drawings import FULL_BAR, State, Step

STATES = [State("a", "First"), State("b", "Second"), State("z", "End", final=True)]
STEPS = [
    Step("a", "b", "a to b"),
    Step("b", "a", "b to a"),
    Step("a", "z", "a to z"),
    Step("b", "b", "b again"),
]


def test_bars_share_one_scale() -> None:
    wide, narrow = drawings.bars(
        [("one", [("brand", 60, "60"), ("soft", 40, "40")]), ("two", [("brand", 50, "50")])]
    )
    assert [(part.x, part.width) for part in wide.parts] == [(0, 600), (600, 400)]
    assert narrow.parts[0].width == FULL_BAR / 2


def test_bars_of_nothing_are_empty() -> None:
    [bar] = drawings.bars([("none", [("brand", 0, "nothing")])])
    assert bar.parts[0].width == 0


def test_burn_down_puts_zero_at_the_bottom() -> None:
    line = drawings.burn_down([("May", 100, "100"), ("June", 0, "0")])
    top, bottom = line.points
    assert (top.y, bottom.y) == (drawings.MARGIN, drawings.LINE_HEIGHT - drawings.MARGIN)
    assert top.x < bottom.x


def test_burn_down_of_nothing_draws_nothing() -> None:
    line = drawings.burn_down([])
    assert (line.path, line.area, line.points) == ("", "", ())


def test_state_diagram_orders_states_and_lights_the_present_one() -> None:
    diagram = drawings.state_diagram(STATES, STEPS, initial="a", present="b")
    assert [(node.label, node.kind) for node in diagram.nodes] == [
        ("First", "first"),
        ("Second", "lit"),
        ("End", "final"),
    ]
    assert [arc.lit for arc in diagram.arcs] == [False, True, False]
    assert diagram.sentences == tuple(step.sentence for step in STEPS)
