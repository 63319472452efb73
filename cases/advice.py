"""What a warning advises, by what is complained of: templates without anybody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Advice:
    """For complaints of these ``categories`` and ``problems``; none named fits all. ``what`` says in general words what
    is complained of; each of ``tips`` is a head and a sentence or two."""

    subject: str
    what: str
    tips: tuple[str, ...]
    categories: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def fits(self, category: str | None, problem: str | None) -> bool:
        """Whether it contradicts neither; what is not known contradicts nothing."""
        pairs = ((self.categories, category), (self.problems, problem))
        return all(not named or given is None or given in named for named, given in pairs)

    def closeness(self, category: str | None, problem: str | None) -> int:
        """The greater the closer; a problem says more than a category."""
        return 2 * (problem in self.problems) + (category in self.categories)


def closest(advices: Sequence[Advice], *, category: str | None, problem: str | None) -> Advice:
    """The advice closest to what is complained of, the first of equals. LookupError when none fits."""
    fitting = [one for one in advices if one.fits(category, problem)]
    named = [one for one in fitting if one.closeness(category, problem) or not (one.categories or one.problems)]
    if not named:
        raise LookupError(category, problem)
    return max(named, key=lambda one: one.closeness(category, problem))
