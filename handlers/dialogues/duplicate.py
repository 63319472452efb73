"""The one question whether a draft only adds to what the person has filed already, and what the answer does."""

from __future__ import annotations

from dataclasses import replace

from cases.intake import LEAST_NARRATIVE, Draft, Slot, tell
from cases.model import Case
from cases.transitions import CLAIM
from handlers import casework, duplicates
from handlers.access import case_of_same
from handlers.dialogues.answers import CHOICE, STORY
from handlers.dialogues.facts import fact_line
from handlers.dialogues.questions import PREFIX
from handlers.dialogues.turn import HOME, Turn
from handlers.office import Office
from handlers.wording import list_words

ACT = "d"
"""In the value of the buttons, after the draft's mark."""
YES, NO = "yes", "no"
JOIN = "-"
MEANING = {"confirm": True, "add": True, "edit": False, "skip": False}
"""Commands that, said to this question, answer it."""


async def looked(turn: Turn, draft: Draft, *, last: bool = False, afresh: bool = False) -> Draft:
    """The draft with the cases that it may be about, looked up when something new is known to look with.

    ``last``: nothing more will be asked. ``afresh``: look whatever was seen before, as another may have come meanwhile.
    """
    if not (CLAIM & set(draft.kinds) and draft.get("merchant")) or len(draft.get("narrative") or "") < LEAST_NARRATIVE:
        return replace(draft, again=(), looked=())
    who = duplicates.says_to_be(draft)
    told = f"{who.name} {who.phone}" if who.name and who.phone else ""
    about = (draft.get("merchant") or "", told, " ".join(draft.kinds))
    if not afresh and draft.looked[: len(about)] == about and (not last or len(draft.looked) > len(about)):
        return draft
    found = await duplicates.find(turn.tx, draft, person=turn.person, office=turn.office)
    enough = ("enough",) if last or found.none else ()
    return replace(draft, again=duplicates.numbers(found.cases), looked=(*about, *enough))


def ask(turn: Turn, draft: Draft) -> None:
    """Ask, with a button for each answer; they carry the numbers, so that an old one answers nothing else."""
    value = f"{PREFIX}:{turn.session.data['n']}:{ACT}"
    which = JOIN.join(draft.again)
    yes, no = (turn.choice(f"choice.duplicate_{said}", f"{value}:{said}:{which}") for said in (YES, NO))
    numbers = list_words(draft.again, office=turn.office)
    turn.say("ask.duplicate", ((yes,), (no,)), numbers=numbers, kinds=_kinds(draft, office=turn.office))


def _kinds(draft: Draft, *, office: Office) -> str:
    """What the cases are that are asked about; empty when it is one of two kinds that are being filed."""
    kinds = [kind for kind in draft.kinds if kind in CLAIM]
    words = tuple(office.say(f"kind.{kind.value}") for kind in kinds)
    return list_words(words, office=office) if len(kinds) == len(draft.again) else ""


def meant(turn: Turn) -> bool | None:
    """What typed words answer to the question; None when they say neither, or when it does not stand."""
    draft = turn.session.data.get("draft", {})
    if draft.get("pending") != Slot.DUPLICATE.value or not turn.text or len(turn.text) > CHOICE:
        return None
    command = turn.command()
    if command:
        return MEANING.get(command)
    bare = turn.text.strip("。！!.,，~ ")
    for said, means in ((NO, False), (YES, True)):
        alone, inside = (turn.office.say(f"said.duplicate_{said}{how}").split() for how in ("", "_inside"))
        if bare in alone or any(word in bare for word in inside):
            return means
    return None


def kept(turn: Turn, draft: Draft) -> Draft:
    """The draft with what was said beside yes or no."""
    return tell(draft, turn.text) if len(turn.text) >= STORY else draft


async def answered(turn: Turn, draft: Draft, *, yes: bool) -> Draft | None:
    """The draft with what is left to be filed; None when all of it has gone where it belongs."""
    asked = draft.again
    draft = replace(draft, again=(), apart=(*draft.apart, *asked))
    if not yes or not asked:
        return draft
    added = [case for no in asked if (case := await _added(turn, draft, no)) is not None]
    left = tuple(kind for kind in draft.kinds if kind not in {case.kind for case in added})
    if left:
        return replace(draft, kinds=left)
    numbers = list_words(duplicates.numbers(added), office=turn.office)
    turn.go(HOME, {"filed": {turn.session.data["n"]: numbers}})
    return None


async def _added(turn: Turn, draft: Draft, no: str) -> Case | None:
    """The case after what was said has gone into it; None for one that is over, of which the person is told so."""
    who = duplicates.says_to_be(draft)
    case, here = await case_of_same(turn.tx, turn.person, no, who=who)
    if not duplicates.can_be_added_to(case):
        turn.say("duplicate.over", no=no)
        return None
    text = turn.office.say(
        "duplicate.text" if here else "duplicate.text_elsewhere",
        narrative=draft.get("narrative") or "",
        facts=fact_line(draft, office=turn.office),
    )
    case = await casework.add(turn.tx, turn.person, no, text=text, evidence=draft.evidence, who=who, office=turn.office)
    turn.say("duplicate.added" if here else "duplicate.added_elsewhere", no=no)
    return case
