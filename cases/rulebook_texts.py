"""Reads the texts of a rulebook: national ones, and a site's own wording of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cases.reading import Faults, Table, load
from cases.texts import Texts, placeholders

EVERYWHERE = frozenset({"signature", "site", "hotline"})
"""Facts that every text may use."""


def read_texts(folders: Sequence[Path], faults: Faults) -> Texts:
    """The national texts, and over them the site's own: for known keys, with the facts that the national text has."""
    national, folder = folders
    entries: dict[str, str] = {}
    files: dict[str, str] = {}
    for path in sorted((national / "texts").glob("*.toml")):
        found = _flat(load(path, faults))
        entries |= found
        files |= dict.fromkeys(found, f"texts/{path.name}")
    own = folder / "texts.toml"
    ours = _flat(load(own, faults), known=entries) if own.exists() else {}
    return Texts({**entries, **ours}, files={**files, **dict.fromkeys(ours, own.name)})


def _flat(table: Table, prefix: str = "", *, known: Mapping[str, str] | None = None) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items().items():
        if isinstance(value, dict):
            found |= _flat(table.table(key), f"{prefix}{key}.", known=known)
        elif not isinstance(value, str):
            table.fault(key, found=value, allowed="a text")
        elif known is not None and f"{prefix}{key}" not in known:
            table.fault(key, found=value, allowed="the key of a national text")
        else:
            found[f"{prefix}{key}"] = value.strip("\n")
            _check_text(table, key, value, model=known[f"{prefix}{key}"] if known else None)
    return found


def _check_text(table: Table, key: str, value: str, *, model: str | None) -> None:
    try:
        names = placeholders(value)
    except ValueError as error:
        table.fault(key, found=f"{value} ({error})", allowed="balanced {braces}")
        return
    allowed = names if model is None else placeholders(model) | EVERYWHERE
    for name in sorted(names):
        if not name.isidentifier():
            table.fault(key, found=name, allowed="a placeholder that is a plain name")
        elif name not in allowed:
            table.fault(key, found=name, allowed=", ".join(sorted(allowed)))
