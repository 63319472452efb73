"""The floors of the house: a package imports only from below, and each foreign library stays behind one door."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW: dict[str, set[str]] = {
    "cases": set(),
    "nlp": {"cases"},
    "storage": {"cases"},
    "handlers": {"cases", "nlp", "storage"},
    "bot": {"cases", "handlers"},
    "scheduler": {"cases", "handlers"},
}
OURS = {*BELOW, "main", "bench", "tests"}
HOMES = {
    "telegram": "bot/telegram",
    "aiohttp": "bot/",
    "sqlalchemy": "storage/",
    "apscheduler": "scheduler/",
    "xlsxwriter": "bot/ledger_sheet",
    "prometheus_client": "bot/web/met",
}


def trespasses(path: str, source: str) -> list[str]:
    floor, found = path.partition("/")[0], list[str]()
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        for top in {name.split(".")[0] for name in names}:
            upwards = top in OURS - {floor} - BELOW[floor]
            impure = floor == "cases" and top not in {*sys.stdlib_module_names, "cases"}
            found += [f"{path} imports {top}"] * (upwards or impure or not path.startswith(HOMES.get(top, "")))
    return found


@pytest.mark.parametrize("floor", BELOW)
def test_a_package_imports_only_from_below_and_libraries_only_at_their_door(floor: str) -> None:
    files = sorted((ROOT / floor).rglob("*.py"))
    assert files, f"{floor}/ has no code"
    found = [fault for file in files for fault in trespasses(str(file.relative_to(ROOT)), file.read_text("utf-8"))]
    assert not "\n".join(found)


def test_an_import_against_the_floors_is_found() -> None:
    bad = {
        "nlp/a.py": "import storage.database",
        "cases/a.py": "import attrs",
        "bot/web/a.py": "from telegram import Bot",
    }
    bad |= {
        "handlers/a.py": "def f():\n  from aiohttp import web",
        "scheduler/a.py": "import bot",
        "bot/a.py": "import main",
    }
    assert all(len(trespasses(path, source)) == 1 for path, source in bad.items())
    assert trespasses("bot/telegram_request.py", "import telegram, aiohttp, cases.model, handlers.x, bot.y") == []
