"""What the tests of reading share: one site's places, one day, one reader."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from nlp import Place, Reader

TODAY = date(2026, 11, 22)
HERE = Path(__file__).parent
PLACES = (
    Place(code="410902", name="华龙区", aliases=("高新区",)),
    Place(code="410922", name="清丰县", aliases=("清丰",)),
    Place(code="410928", name="濮阳县"),
    Place(code="410972", name="濮阳经济技术开发区", aliases=("经开区", "高新区")),
    Place(code="4109S1", name="城乡一体化示范区", aliases=("示范区",)),
    Place(code="410902002", name="胜利路街道", aliases=("胜利办事处",)),
    Place(code="410902003", name="建设路街道", aliases=("建设办事处",)),
    Place(code="410902101", name="岳村镇", aliases=("岳村乡",)),
    Place(code="410922100", name="城关镇"),
    Place(code="410923100", name="城关镇"),
    Place(code="410926100", name="城关镇"),
    Place(code="410927100", name="城关镇"),
    Place(code="410928100", name="城关镇"),
    Place(code="410927102", name="打渔陈镇"),
    Place(code="410922101", name="马庄桥镇", aliases=("马庄桥",)),
    Place(code="410922202", name="古城乡", aliases=("古城镇",)),
)


@cache
def reader() -> Reader:
    """The reader of a site in Puyang."""
    return Reader(home="4109", places=PLACES)


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a truth file, one JSON object a line."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]
