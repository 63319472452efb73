"""The approved templates of one operator, filled with the facts of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases.errors import DeliveryError
from cases.messages import Wording
from cases.rulebook_sms import Templates, words_of
from cases.short_messages import SmsTemplate


class Approved:
    """``common``: the facts that every text may use; ``blank``: what stands for one that is empty."""

    def __init__(
        self, templates: Templates, *, provider: str, signature: str, common: Mapping[str, str], blank: str
    ) -> None:
        self._templates = {text: template for (of, text), template in templates.items() if of == provider}
        self._common, self._blank = dict(common), blank
        self.signature = signature

    def filled(self, wording: Wording | None) -> tuple[SmsTemplate, list[str]]:
        """The template for a text and its values in order. DeliveryError, for good, when it cannot be sent so."""
        template = self._templates.get(wording.key) if wording else None
        if wording is None or template is None:
            raise DeliveryError(f"no template for {wording.key if wording else 'a free text'}")
        try:
            return template, template.values({**self._common, **wording.facts}, blank=self._blank)
        except KeyError as missing:
            raise DeliveryError(f"no fact {missing.args[0]} for {wording.key}") from None

    def lacking(self, texts: Iterable[str]) -> list[str]:
        """Those of these texts for which nothing is approved."""
        return sorted(set(texts) - set(self._templates))

    def words(self, template: SmsTemplate, values: list[str]) -> str:
        """What the person reads, signature in front; empty where the approved words are not noted."""
        words = words_of(template, values)
        return f"\u3010{self.signature}\u3011{words}" if words else ""
