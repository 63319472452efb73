"""Reads which template an operator of short messages has approved for which text of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cases.reading import Faults, Table, load
from cases.rulebook_texts import EVERYWHERE
from cases.short_messages import SmsTemplate
from cases.texts import Texts, placeholders

FILE = "sms.toml"
PROVIDERS = ("aliyun", "tencent")
MARKS = {"aliyun": re.compile(r"\$\{(\w+)\}"), "tencent": re.compile(r"\{(\d+)\}")}
"""How each operator writes a variable in the words of a template."""
ADJACENT = {"aliyun": re.compile(r"\}\$\{"), "tencent": re.compile(r"\}\{")}
Templates = Mapping[tuple[str, str], SmsTemplate]
"""By operator and key of the text."""


def read_sms(folder: Path, texts: Texts, faults: Faults) -> Templates:
    """The templates of the site; none without the file, which only a site with a contract has."""
    path = folder / FILE
    if not path.exists():
        return {}
    table, found = load(path, faults), dict[tuple[str, str], SmsTemplate]()
    for row in table.tables("template"):
        template = _template(row, texts)
        if (template.provider, template.text) in found:
            row.fault("text", found=template.text, allowed="one template a text and provider")
        found[template.provider, template.text] = template
    table.finish()
    return found


def _template(row: Table, texts: Texts) -> SmsTemplate:
    template = SmsTemplate(
        provider=row.one_of("provider", PROVIDERS),
        text=row.text("text"),
        code=row.text("code"),
        variables=row.several("variables"),
        content=row.text("content", ""),
    )
    row.finish("note", "source", "verified")
    if template.text not in texts:
        row.fault("text", found=template.text, allowed="the key of a text")
        return template
    allowed = placeholders(texts.template(template.text)) | EVERYWHERE
    for n, name in enumerate(template.variables):
        if name not in allowed:
            row.fault(f"variables[{n}]", found=name, allowed=", ".join(sorted(allowed)))
        elif name in template.variables[:n]:
            row.fault(f"variables[{n}]", found=name, allowed="each variable once")
    if template.content and template.provider in MARKS:
        for allowed_words in _wrong_with(template):
            row.fault("content", found=template.content, allowed=allowed_words)
    return template


def _wrong_with(template: SmsTemplate) -> Iterator[str]:
    """What the operator would refuse in the approved words, or what they do not share with the list of variables."""
    marks = MARKS[template.provider].findall(template.content)
    count = len(template.variables)
    named = list(template.variables) if template.provider == "aliyun" else [str(n + 1) for n in range(count)]
    if sorted(marks) != sorted(named):
        yield "each of the variables once, as the provider writes them"
    if ADJACENT[template.provider].search(template.content):
        yield "words between two variables"
    if not MARKS[template.provider].sub("", template.content).strip():
        yield "words beside the variables"
    if "\u3010" in template.content or "\u3011" in template.content:
        yield "no brackets of a signature: the provider puts it in front"


def words_of(template: SmsTemplate, values: list[str]) -> str:
    """What a person will read; empty where the approved words are not noted."""
    by_mark = dict(zip(template.variables, values, strict=True))
    by_mark |= {str(n): value for n, value in enumerate(values, start=1)}
    return MARKS[template.provider].sub(lambda mark: by_mark.get(mark[1], ""), template.content)
