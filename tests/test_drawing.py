"""The pictures of the table of transitions show all of it, and nothing in them lies upon another thing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.events import EventName
from cases.model import Kind, Role, Status
from cases.transitions import TABLE, Transition
from docs.draw_lifecycle import picture
from docs.drawing.graph import graph_of
from docs.drawing.place import Plan, Rect, plan
from docs.make_lifecycle import WORDS

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = tomllib.loads(WORDS.read_text("utf-8"))
NAMES = [f"state {number}" for number in range(12)]
SIZE = (90.0, 46.0)


def _texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def _reached(kind: Kind, table: Sequence[Transition] = TABLE) -> set[Status]:
    found = {Status.RECEIVED}
    for _ in Status:
        found |= {row.target for row in table if kind in row.kinds and row.sources & found and row.target}
    return found


def _rows(*rows: tuple[str, set[Status], Status | None]) -> list[Transition]:
    return [
        Transition(
            verb=verb,
            kinds=frozenset(Kind),
            sources=frozenset(sources),
            target=target,
            event=EventName.ADDED,
            roles=frozenset({Role.OFFICER}),
        )
        for verb, sources, target in rows
    ]


def _overlaps(drawn: Plan) -> Iterator[tuple[Rect, Rect]]:
    rects = [*drawn.boxes.values(), *(route.label for route in drawn.routes.values())]
    return ((one, other) for one, other in combinations(rects, 2) if one.meets(other))


@pytest.mark.parametrize("kind", Kind)
def test_every_state_that_a_case_can_reach_is_in_the_picture_of_its_kind(kind: Kind) -> None:
    texts = _texts(picture(kind, TEXTS))
    for state in _reached(kind):
        assert texts.count(state) == 1
        assert TEXTS["status"][state] in texts


@pytest.mark.parametrize("kind", Kind)
def test_every_verb_of_a_kind_is_in_its_picture(kind: Kind) -> None:
    texts = _texts(picture(kind, TEXTS))
    rows = [row for row in TABLE if kind in row.kinds and row.sources & _reached(kind)]
    words = {TEXTS["verb"].get(row.verb, row.verb) for row in rows}
    assert {row.verb for row in rows} <= set(texts)
    assert words <= {text.removeprefix("↻ ") for text in texts}


@pytest.mark.parametrize("kind", Kind)
def test_every_role_that_acts_on_a_kind_is_in_its_legend(kind: Kind) -> None:
    roles = {role for row in TABLE if kind in row.kinds for role in row.roles}
    legend = " ".join(_texts(picture(kind, TEXTS))).replace("program", Role.SYSTEM)
    assert [role for role in roles if role not in legend] == []


@pytest.mark.parametrize("kind", Kind)
def test_no_two_boxes_of_a_picture_overlap(kind: Kind) -> None:
    shapes = ET.fromstring(picture(kind, TEXTS)).iter(f"{SVG}rect")
    boxes = [shape for shape in shapes if "rx" in shape.attrib]
    rects = []
    for box in boxes:
        x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        rects.append(Rect(x=x + width / 2, y=y + height / 2, width=width, height=height))
    assert len(rects) > len(_reached(kind))
    assert not [pair for pair in combinations(rects, 2) if pair[0].meets(pair[1])]


@pytest.mark.parametrize("kind", Kind)
def test_a_picture_is_the_same_each_time(kind: Kind) -> None:
    assert picture(kind, TEXTS) == picture(kind, TEXTS, table=tuple(TABLE))


def test_the_usual_way_of_a_complaint_runs_from_its_receipt_to_its_archiving() -> None:
    usual = ["received", "routed", "checking", "accepted", "mediating", "agreed", "closed", "following_up", "archived"]
    main = graph_of(Kind.COMPLAINT, TEXTS, TABLE).main
    assert [state for state in main if state in usual] == usual


def test_a_state_set_into_the_usual_way_is_drawn_on_it() -> None:
    rows = _rows(
        ("route", {Status.RECEIVED}, Status.ROUTED),
        ("sign", {Status.ROUTED}, Status.VERIFYING),
        ("answer", {Status.VERIFYING}, Status.ANSWERED),
        ("close", {Status.ANSWERED}, Status.CLOSED),
    )
    assert graph_of(Kind.INQUIRY, TEXTS, rows).main == ("received", "routed", "verifying", "answered", "closed")


def test_a_verb_from_nearly_everywhere_is_drawn_once() -> None:
    path = [Status.RECEIVED, Status.ROUTED, Status.CHECKING, Status.ACCEPTED, Status.MEDIATING, Status.AGREED]
    steps = [("sign", {one}, other) for one, other in pairwise(path)]
    rows = _rows(*steps, ("withdraw", {*path[:-1]}, Status.WITHDRAWN), ("chase", {*path}, None))
    graph = graph_of(Kind.COMPLAINT, TEXTS, rows)
    (edge,) = [edge for edge in graph.edges if edge.target == Status.WITHDRAWN]
    assert edge.source == f"any open state but {TEXTS['status']['agreed']}"
    assert [(line.verb, where) for line, where in graph.everywhere] == [("chase", "any open state")]


def test_a_verb_that_the_words_do_not_know_yet_is_drawn_by_its_name() -> None:
    rows = _rows(("ponder", {Status.RECEIVED}, Status.ROUTED), ("dream", {Status.ROUTED}, None))
    assert {"ponder", "dream", "↻ dream"} <= set(_texts(picture(Kind.COMPLAINT, TEXTS, table=rows)))


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda edge: edge[0] != edge[1])))
def test_whatever_the_table_holds_nothing_overlaps_and_each_edge_joins_its_boxes(edges: set[tuple[str, str]]) -> None:
    path = [*pairwise(NAMES[:4])]
    joined = sorted({*edges, *path})
    drawn = plan(dict.fromkeys(NAMES, SIZE), dict.fromkeys(joined, (70.0, 30.0)), main=NAMES[:4], light=frozenset())
    assert list(_overlaps(drawn)) == []
    assert {drawn.boxes[name].x for name in NAMES[:4]} == {0.0}
    for (source, target), route in drawn.routes.items():
        start, end = drawn.boxes[source], drawn.boxes[target]
        assert start.left < route.points[0][0] < start.right
        assert end.left < route.points[-1][0] < end.right
        assert (start.y > end.y) == route.back


STATES = st.sampled_from(list(Status))
ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sets(STATES, min_size=1), st.none() | STATES), max_size=25)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_whatever_the_table_holds_its_states_and_verbs_are_drawn(
    rows: list[tuple[str, set[Status], Status | None]],
) -> None:
    table = _rows(*rows)
    reached = _reached(Kind.TIPOFF, table)
    texts = set(_texts(picture(Kind.TIPOFF, TEXTS, table=table)))
    assert reached <= texts
    assert {row.verb for row in table if row.sources & reached} <= texts
