"""Reads what people write: facts, labels from the closed lists, corrections and identities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal

from cases.model import Kind
from cases.understanding import Correction, Identity, Understanding
from nlp import businesses, contacts, judging, kinds, labels, likeness, merchants, money, orders, products, words
from nlp.classifier import Classifier
from nlp.corrections import corrections, looks_like_address
from nlp.days import main_day
from nlp.features import Features
from nlp.judging import Opinion
from nlp.labels import Scored
from nlp.lexicon import Hits, Lexicon, compile_all
from nlp.likeness import Business
from nlp.money import bare_sum, main_sum
from nlp.named import Named
from nlp.places import Found, Gazetteer, Place
from nlp.spans import span
from nlp.text import as_written, normalise
from nlp.words import Cut

_SERVICE = "service"
_COUNTED = 30
"""Characters among which letters are counted, to tell a word from a story."""
_Words = dict[str, tuple[str, ...]]


class Reader:
    """Understands texts for one site. Build it once; it keeps no state between texts and may be shared by threads.

    ``home`` is the site's division code (its first four digits count): a name shared by several counties means the
    one at home. ``places`` are the site's counties, townships and local codes. ``labels`` are the closed lists (keys
    object, category, problem, department, demand, sales_mode): RulebookFault when a lexicon uses a label outside.
    ``model`` is a classifier refitted on the site's own cases; by default the one that comes with the program, which is
    read when the first text is.
    """

    def __init__(
        self,
        *,
        home: str,
        places: Sequence[Place] = (),
        labels: Mapping[str, Collection[str]] | None = None,
        model: Classifier | None = None,
    ) -> None:
        self._model = model
        self._cut: Cut | None = None
        self._gazetteer = Gazetteer(home=home, places=places)
        self._lexicon = _lexicon(self._gazetteer, allowed=labels)

    def understand(self, text: str, *, today: date) -> Understanding:
        """Everything the first 4000 characters say; absent facts are None. Never raises."""
        text = normalise(text)
        hits = self._lexicon.find(text)
        found = self._gazetteer.read(text, hits)
        merchant = merchants.main_merchant(text, hits, places=found.hits)
        letters = sum(map(str.isalpha, text[:_COUNTED]))
        seen = judging.seen(text, hits, cut=self._cut)
        opinion = Opinion(self._model or judging.shipped(), seen, letters=letters)
        return _Reading(text, hits=hits, found=found, merchant=merchant, opinion=opinion, today=today).result()

    def warm(self) -> None:
        """Read now, in any thread, what else is read when the first text comes: a third of a second."""
        compile_all()
        words.warm(self._cut)
        if self._model is None:
            judging.shipped()

    def with_model(self, model: Classifier) -> Reader:
        """The same reader with another classifier."""
        other = copy(self)
        other._model = model
        return other

    def with_cut(self, cut: Cut) -> Reader:
        """The same reader with its words cut by this one of ``nlp.words.plain_cut()`` and ``fast_cut()``."""
        other = copy(self)
        other._cut = cut
        return other

    def seen(self, text: str) -> Features:
        """What a classifier sees of a text; it is fitted on this."""
        text = normalise(text)
        return judging.seen(text, self._lexicon.find(text), cut=self._cut)

    def corrections(self, text: str) -> tuple[Correction, ...]:
        """The facts that a short message corrects, with the words of the new value; () for anything else."""
        return corrections(normalise(text), guess=self._slot_of)

    def rebranched(self, merchant: str, value: str) -> str | None:
        """The merchant with another branch, when ``value`` names one; a branch is often taken for an address."""
        return businesses.rebranched(merchant, value)

    def same_business(self, one: str, other: str) -> bool:
        """Whether two names are surely of one business, however its branch, place and legal form were said."""
        return businesses.same_business(one, other)

    def alike(self, one: str, other: str) -> bool:
        """Whether two names may mean one business; somebody should look."""
        return businesses.alike(one, other)

    def business(self, name: str) -> Business:
        """The key under which every name of this business is found, and the branch that is named with it."""
        text = normalise(name)
        hits = self._lexicon.find(text)
        if businesses.is_trade(text, hits):
            return Business(key="")
        places = self._gazetteer.read(text, hits).hits
        return likeness.business(text, merchants.main_merchant(text, hits, places=places))

    def short_names(self, name: str) -> tuple[str, ...]:
        """What a business is called for short: its name without branch, place and legal form, and without its trade."""
        core = businesses.core(name)
        own = businesses.own_part(core, self._lexicon.find(core))
        return tuple(dict.fromkeys(short for short in (core, own) if short))

    def alike_texts(self, one: str, other: str) -> float:
        """How much two stories have in common: 0 nothing, 1 every pair of neighbouring characters."""
        return likeness.share(one, other)

    def address_key(self, text: str) -> str:
        """The same for one house or flat, however it was written; empty for an address that many people have."""
        return likeness.address_key(text)

    def identity(self, text: str) -> Identity:
        """Name, telephone and address in an answer to "who are you"; what was not said is None."""
        said = contacts.identity(normalise(text))
        return replace(said, name=said.name and as_written(said.name, text))

    def own_traces(self, text: str) -> tuple[str, ...]:
        """The names and numbers in a story, as they stand there, by which its writer is known."""
        return contacts.own(text)

    def phone(self, text: str) -> str | None:
        """The first telephone number; a mainland mobile as eleven digits."""
        return contacts.phone(normalise(text))

    def amount(self, text: str, *, bare: bool = False) -> Decimal | None:
        """The main sum in yuan; ``bare`` also takes a naked number, as in an answer."""
        text = normalise(text)
        main = main_sum(text)
        return main.value if main else bare_sum(text) if bare else None

    def day(self, text: str, *, today: date) -> date | None:
        """The day of the deal, never after ``today``; vague words give None."""
        day = main_day(normalise(text), today=today)
        return day.value if day else None

    def span(self, text: str, *, today: date) -> tuple[date, date] | None:
        """The first and the last of the days to come that the text is about; None when it says anything else."""
        return span(normalise(text), today=today)

    def region(self, text: str) -> tuple[str, ...]:
        """Candidate codes of the county named (several: the name is shared); a far city or province ends in 00."""
        return self._found(text).regions

    def township(self, text: str) -> str | None:
        """The nine-digit code of the township named; a road or branch of its name does not name it."""
        return self._found(text).township

    def place_name(self, code: str, *, short: bool = False) -> str | None:
        """The full name of a division (province, city, county), or its own name only; None for an unknown code."""
        return self._gazetteer.name(code, short=short)

    def _found(self, text: str) -> Found:
        text = normalise(text)
        return self._gazetteer.read(text, self._lexicon.find(text))

    def _slot_of(self, value: str, old: str | None) -> str | None:
        """Which fact a value without a field's name can be, by its shape."""
        today = date.max
        if contacts.phone(value):
            return "phone"
        if self.amount(value, bare=True) is not None and not (old and bare_sum(old) is None and main_sum(old) is None):
            return "amount"
        if main_day(value, today=today.replace(year=2099)) is not None:
            return "happened_on"
        if looks_like_address(value):
            return "merchant_address"
        hits = self._lexicon.find(value)
        return _slot_by_hits(value, hits, regions=self._gazetteer.read(value, hits).regions)


def _slot_by_hits(value: str, hits: Hits, *, regions: tuple[str, ...]) -> str | None:
    found = {
        "merchant": "suffix" in hits or "brand" in hits,
        "region": bool(regions),
        "demands": "demand" in hits,
        "product": "product" in hits,
        "name": contacts.is_name(value),
    }
    return next((slot for slot, fits in found.items() if fits), None)


def _lexicon(gazetteer: Gazetteer, *, allowed: Mapping[str, Collection[str]] | None) -> Lexicon:
    lexicon = Lexicon()
    labels.fill(lexicon, allowed=allowed)
    kinds.fill(lexicon)
    products.fill(lexicon)
    merchants.fill(lexicon)
    orders.fill(lexicon)
    gazetteer.fill(lexicon)
    lexicon.seal()
    return lexicon


class _Reading:
    """One text being read: facts first, since labels lean on them."""

    def __init__(
        self, text: str, *, hits: Hits, found: Found, merchant: Named | None, opinion: Opinion, today: date
    ) -> None:
        self._text, self._hits, self._found, self._merchant, self._opinion = text, hits, found, merchant, opinion
        scam = labels.scam(text)
        self._scammed = scam is not None
        if scam is not None:
            # The names in it are borrowed ones.
            self._merchant = merchant = None
        self._day = main_day(text, today=today)
        self._sums = money.sums(text)
        self._sum = money.main_of(self._sums)
        self._platform = None if scam else merchants.platform(hits)
        self._span = (merchant.start, merchant.end) if merchant else (-1, -1)
        spans = [self._span] if merchant else []
        self._product = products.main_product(text, hits, names=spans)
        self._category, self._problem = scam or self._labels()

    def _labels(self) -> tuple[Scored, Scored]:
        """Category and problem."""
        ruled = labels.category(self._hits, product=self._product, deal="deal" in self._hits)
        bought = self._product is not None and self._product.bought and self._product.category is not None
        category = self._opinion.category(ruled, none=labels.OUTSIDE, bought=bought)
        problem = labels.problem(self._hits, category=category.label)
        return category, self._opinion.problem(problem, outside=category.label == labels.OUTSIDE)

    def _kinds(self, ruled: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return ruled if self._scammed else self._opinion.kinds(ruled, reported=kinds.reported(self._hits))

    def _department(self) -> tuple[str | None, str]:
        """The office and what led to it."""
        category, problem = self._category.label, self._problem.label
        if self._scammed or category is None:
            return labels.department(self._hits, category=category, problem=problem, scammed=self._scammed)
        word = labels.office_word(self._hits, category=category)
        rule, why = labels.department(self._hits, category=category, problem=problem)
        ours = labels.OURS if category == labels.OUTSIDE else None
        scored = self._opinion.department(word=word, rule=rule, ours=ours)
        return scored.label, why if scored.label == rule else " ".join(scored.words) or category

    def result(self) -> Understanding:
        category, problem = self._category.label, self._problem.label
        thing = labels.kind_of_goods(category)
        asked = labels.demands(self._text, self._hits, service=thing == _SERVICE)
        urgent = labels.urgent(self._hits, category=category)
        wanted = kinds.kinds(self._hits, problem=problem is not None, category=category is not None)
        office, why = self._department()
        because = self._because(urgent=urgent, asked=asked, kinds=wanted.words)
        return Understanding(
            kinds=self._kinds(wanted.kinds),
            object=thing,
            category=category,
            problem=problem,
            department=office,
            **self._facts(),  # type: ignore[arg-type]
            sales_mode=labels.sales_mode(self._hits, online=merchants.sells_online(self._platform)),
            demands=tuple(asked),
            urgent=bool(urgent),
            confidence=self._category.share,
            because={**because, **({"department": (f"{why} \u2192 {office}",)} if office else {})},
            alternatives=self._category.others,
        )

    def _facts(self) -> dict[str, object]:
        regions = self._found.regions
        return {
            "region": regions[0] if len(regions) == 1 else None,
            "regions": regions if len(regions) > 1 else (),
            "township": self._found.township,
            "merchant": self._merchant.name if self._merchant else None,
            "merchant_address": merchants.address(self._text, merchant=self._merchant),
            "platform": self._platform.label if self._platform else None,
            "product": self._product.name if self._product else None,
            "brand": orders.brand(self._text, self._hits, merchant=self._span),
            "amount": self._sum.value if self._sum else None,
            "amounts": tuple(dict.fromkeys(hit.value for hit in (self._sum, *self._sums) if hit)),
            "order_no": orders.order_no(self._text),
            "happened_on": self._day.value if self._day else None,
            "phone": contacts.phone(self._text),
        }

    def _because(self, *, urgent: tuple[str, ...], asked: _Words, kinds: tuple[str, ...]) -> _Words:
        words = {
            "kinds": kinds,
            "category": self._category.words,
            "problem": self._problem.words,
            "region": tuple(dict.fromkeys(hit.word for hit in self._found.hits)),
            "amount": (self._sum.words,) if self._sum else (),
            "happened_on": (self._day.words,) if self._day else (),
            "demands": tuple(word for found in asked.values() for word in found),
            "urgent": urgent,
        }
        return {key: found for key, found in words.items() if found}
