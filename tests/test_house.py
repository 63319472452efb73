"""The shape of the code: short functions and files, all annotated, words in data files, time from outside."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "handlers", "nlp", "storage", "scheduler", "cases", "bench", "docs", "tests")
CHINESE = re.compile("[\u3400-\u9fff]")  # words: punctuation may stand in a pattern
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
OWN_TIME = ("main.py", "tests/bot_api/")  # where the one clock comes from; a machine that is not ours
DICTATED = {"do_request"}  # a library calls these by position: python-telegram-bot's BaseRequest
BROAD = {
    # the three loops: each logs with an id and goes on
    "handlers/conversation.py", "handlers/delivery.py", "scheduler/runner.py", "handlers/attempts.py",
    # the edges, where whatever happened becomes an answer: a sentence, a status, "try again"
    "bot/web/guards.py", "bot/web/app.py", "bot/web/chat.py", "bot/telegram.py", "bot/sms.py",
}  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_the_code_keeps_the_house_rules() -> None:
    files = [ROOT / "main.py", *(file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))]
    sources = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files if file.exists()}
    assert len(sources) > len(FOLDERS)
    found = [fault for path, source in sources.items() for fault in faults(path, source)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def f() -> None:\n" + "    pass\n" * 50, "f has 51 lines"),
        ("x = 1\n" * 351, "351 lines"),
        ("def f(a) -> None: ...", "a of f is not annotated"),
        ("def f(*a, b: int) -> None: ...", "a of f is not annotated"),
        ("async def f(): ...", "what f returns is not annotated"),
        ("class C:\n    def f(self, a: int, b: int, c: int, d: int) -> None: ...", "f takes 4 positional"),
        ('x = f"\u6295\u8bc9{y}"', "Chinese text"),
        ("x = datetime.now(UTC)", "datetime.now"),
        ("x = dt.date.today()", "date.today"),
        ("try: f()\nexcept Exception: g()", "a broad except"),
        ("try: f()\nexcept (OSError, Exception): g()", "a broad except"),
        ("try: f()\nexcept: g()", "a broad except"),
    ],
)
def test_a_breach_of_each_rule_is_found(source: str, fault: str) -> None:
    assert [fault in found for found in faults("cases/a.py", source)] == [True]


def test_what_the_rules_allow_is_not_found() -> None:
    source = "class C:\n    def f(self, a: int, b: int, *, c: int, d: int) -> datetime:\n        return self.now()\n"
    assert list(faults("cases/a.py", "try: f()\nexcept OSError: g()")) == []
    assert list(faults("handlers/delivery.py", "try: f()\nexcept Exception: g()")) == []
    assert list(faults("cases/a.py", source)) == []
    assert list(faults("tests/test_a.py", 'def test_a() -> None:\n    says("\u6295\u8bc9")\n')) == []


def faults(path: str, source: str) -> Iterator[str]:
    """Every breach of the rules in one file, with its place."""
    if "migrations/versions" in path:
        return  # written by the migration tool
    tree, lines = ast.parse(source), len(source.splitlines())
    if lines > 350:
        yield f"{path}: {lines} lines"
    for node in ast.walk(tree):
        for fault in _of_node(node, path):
            yield f"{path}:{getattr(node, 'lineno', 0)}: {fault}"


def _of_node(node: ast.AST, path: str) -> Iterator[str]:
    if isinstance(node, Function):
        yield from _of_function(node, in_tests=path.startswith("tests/"))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if CHINESE.search(node.value) and not path.startswith("tests/"):
            yield f"Chinese text: {node.value[:30]!r}"
    elif isinstance(node, ast.Attribute) and not path.startswith(OWN_TIME):
        name = ".".join(ast.unparse(node).split(".")[-2:])
        if name in CLOCKS:
            yield f"{name} outside main.py: take `now` as a parameter"
    elif isinstance(node, ast.ExceptHandler) and path not in BROAD and not path.startswith(("tests/", "bench/")):
        caught = ast.unparse(node.type) if node.type else "Exception"
        if re.search(r"\bException\b", caught):
            yield "a broad except outside the loops and the edges"


def _of_function(node: Function, *, in_tests: bool) -> Iterator[str]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > 50:
        yield f"{node.name} has {lines} lines"
    given = [a for a in [*node.args.posonlyargs, *node.args.args] if a.arg not in ("self", "cls")]
    bare = [a.arg for a in [*given, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg] if a and not a.annotation]
    yield from (f"{name} of {node.name} is not annotated" for name in bare)
    if not node.returns:
        yield f"what {node.name} returns is not annotated"
    if len(given) > 3 and node.name not in DICTATED and not in_tests:  # a test takes its fixtures by position
        yield f"{node.name} takes {len(given)} positional parameters"
