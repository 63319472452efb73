"""Turns the table of transitions into what is drawn for one kind: boxes, edges, and verbs that are open everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.model import Kind, Role, Status
from cases.transitions import OPEN, Transition

Words = Mapping[str, Mapping[str, str]]
Pair = tuple[str, str]

START = Status.RECEIVED.value
MANY = 4  # a verb from so many states to one is drawn once, from a note
MOST = 0.6  # this part of the open states counts as "nearly every"
FEW = 5  # so many exceptions are named
# What a matter goes through when all goes well. States that the table does not have are passed over.
MAIN_PATHS: Mapping[Kind, str] = {
    Kind.COMPLAINT: "routed checking accepted mediating agreed closed following_up archived",
    Kind.TIPOFF: "routed verifying docketed investigating decided closed following_up archived",
    Kind.INQUIRY: "routed answered closed following_up archived",
    Kind.SUGGESTION: "routed answered closed following_up archived",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A verb on an edge, in a box or in the legend, and who may do it (in the order of ``Role``)."""

    verb: str
    word: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """All verbs that lead from one box to another."""

    source: str
    target: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A state, or (``note``) a set of states that share a verb. ``stays`` are verbs that leave the state as it is."""

    name: str
    text: str
    note: bool = False
    ended: bool = False
    stays: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What the picture of one kind shows. ``main`` is the path drawn straight, ``everywhere`` goes to the legend."""

    kind: Kind
    title: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    main: tuple[str, ...]
    everywhere: tuple[tuple[Line, str], ...]
    roles: Mapping[str, str]
    admin_too: bool


def graph_of(kind: Kind, words: Words, table: Sequence[Transition]) -> Graph:
    """The graph of the rows of ``table`` for ``kind``; states that no verb reaches are left out."""
    return _Reader(kind, words, [row for row in table if kind in row.kinds]).graph()


def states_of(rows: Sequence[Transition]) -> tuple[str, ...]:
    """The states that can be reached from ``received``, in the order in which they are."""
    found = [START]
    for state in found:  # grows while it is walked
        targets = (row.target for row in rows if state in row.sources)
        found += dict.fromkeys(str(target) for target in targets if target and target not in found)
    return tuple(found)


class _Reader:
    def __init__(self, kind: Kind, words: Words, rows: Sequence[Transition]) -> None:
        self.kind, self.words, self.rows = kind, words, rows
        self.states = states_of(rows)
        self.open = [state for state in self.states if state in OPEN]
        staff = {Role.OFFICER, Role.LEAD, Role.DESK}
        self.admin_too = all(Role.ADMIN in row.roles for row in rows if row.roles & staff)
        self.edges: dict[Pair, dict[str, Line]] = {}
        self.stays: dict[str, list[Line]] = {}
        self.notes: dict[str, Box] = {}
        self.everywhere: list[tuple[Line, str]] = []

    def graph(self) -> Graph:
        for (verb, target, roles), sources in self._joined().items():
            line = self._line(verb, roles)
            if target is None:
                self._stay(line, sources)
            else:
                self._lead(line, sources, target=target)
        edges = tuple(Edge(source=a, target=b, lines=tuple(lines.values())) for (a, b), lines in self.edges.items())
        return Graph(
            kind=self.kind,
            title=self.words["kind"][self.kind],
            boxes=(*map(self._box, self.states), *self.notes.values()),
            edges=edges,
            main=_main_path(MAIN_PATHS.get(self.kind, "").split(), [(edge.source, edge.target) for edge in edges]),
            everywhere=tuple(self.everywhere),
            roles=self._role_words(),
            admin_too=self.admin_too,
        )

    def _joined(self) -> dict[tuple[str, str | None, frozenset[Role]], list[str]]:
        """Where each verb starts: rows that differ in their sources only are one."""
        found: dict[tuple[str, str | None, frozenset[Role]], set[str]] = {}
        for row in self.rows:
            found.setdefault((row.verb, row.target and str(row.target), row.roles), set()).update(map(str, row.sources))
        return {key: [state for state in self.states if state in sources] for key, sources in found.items()}

    def _stay(self, line: Line, sources: list[str]) -> None:
        if len(sources) > MANY or self._nearly_all(sources):
            self.everywhere.append((line, self._where(sources)))
            return
        for state in sources:
            self.stays.setdefault(state, []).append(line)

    def _lead(self, line: Line, sources: list[str], *, target: str) -> None:
        if target in sources:
            self.stays.setdefault(target, []).append(line)
        starts = [state for state in sources if state != target]
        if len(starts) >= MANY and all(self._leads_elsewhere(state, target) for state in starts):
            where = self._where(sources)
            self.notes.setdefault(where, Box(name=where, text=where, note=True))
            starts = [where]
        for state in starts:
            self._join(state, target, line=line)

    def _nearly_all(self, sources: list[str]) -> bool:
        return len(set(sources) & set(self.open)) >= MOST * len(self.open)

    def _leads_elsewhere(self, state: str, target: str) -> bool:
        """Without this target, too, a verb for few states leads on from ``state``."""
        ways = (row for row in self.rows if state in row.sources and len(row.sources) < MANY)
        return any(row.target and row.target not in (state, target) for row in ways)

    def _join(self, source: str, target: str, *, line: Line) -> None:
        """Two rows of one verb between the same states are one line, by all who may do either."""
        lines = self.edges.setdefault((source, target), {})
        before = lines[line.verb].roles if line.verb in lines else ()
        roles = tuple(role for role in map(str, Role) if role in before or role in line.roles)
        lines[line.verb] = Line(verb=line.verb, word=line.word, roles=roles)

    def _line(self, verb: str, roles: frozenset[Role]) -> Line:
        hidden = {Role.ADMIN} if self.admin_too and roles != {Role.ADMIN} else set[Role]()
        shown = tuple(str(role) for role in Role if role in roles - hidden)
        return Line(verb=verb, word=self.words["verb"].get(verb, verb), roles=shown)

    def _box(self, state: str) -> Box:
        stays = tuple(self.stays.get(state, ()))
        return Box(name=state, text=self._word(state), ended=state not in self.open, stays=stays)

    def _where(self, sources: list[str]) -> str:
        """A set of states in few words."""
        without = [state for state in self.open if state not in sources]
        if len(without) > FEW:
            return ", ".join(map(self._word, sources))
        but = f" but {', '.join(map(self._word, without))}" * bool(without)
        ended = [state for state in sources if state not in self.open]
        return f"any open state{but}" + f", and {', '.join(map(self._word, ended))}" * bool(ended)

    def _word(self, state: str) -> str:
        return self.words["status"].get(state, state)

    def _role_words(self) -> dict[str, str]:
        lines = [line for edge in self.edges.values() for line in edge.values()]
        lines += [line for stays in self.stays.values() for line in stays] + [line for line, _ in self.everywhere]
        used = {role for line in lines for role in line.roles}
        words = {**self.words["role"], **self.words["actor"]}
        return {role: words.get(role, role) for role in map(str, Role) if role in used}


def _main_path(hints: Iterable[str], edges: Sequence[Pair]) -> tuple[str, ...]:
    """From ``received`` through the hints that can be reached, by the shortest way where there is no direct one."""
    path = [START]
    for hint in hints:
        path += _way(path, hint, edges=edges)
    return tuple(path)


def _way(path: list[str], goal: str, *, edges: Sequence[Pair]) -> list[str]:
    """The shortest way on from the end of ``path``; empty if there is none that meets no state twice."""
    ways = [[path[-1]]]
    seen = set(path)
    for way in ways:  # grows while it is walked
        for source, target in edges:
            if source == way[-1] and target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return next((way[1:] for way in ways if way[-1] == goal), [])
