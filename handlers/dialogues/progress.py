"""One's own cases: where they stand, and withdrawing, adding to, chasing and rating a chosen one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from cases.errors import CaseError
from cases.lifecycle import verbs_for
from cases.messages import Choice
from cases.model import Case, CaseNo, Kind, Role, Status
from cases.transitions import HANDLED
from handlers import casework
from handlers.access import case_of, case_told, cases_of
from handlers.cards import Buttons, case_facts, rows_of
from handlers.consumer_cards import ASKED, OWN, consumer_buttons, consumer_card
from handlers.dialogues import intake, subscription
from handlers.dialogues.turn import HOME, Turn, pressed_parts
from handlers.evidence import keep_attachments

NAME = "progress"
PREFIX = OWN
SHOWN = 10
Act = Callable[[Turn, str], Awaitable[None]]
RATINGS = ("1", "2", "3")
RATABLE = frozenset({Status.FOLLOWING_UP})
"""Cases whose consumer was asked."""


def is_open(case: Case) -> bool:
    return case.status not in HANDLED


async def show(turn: Turn) -> None:
    """List the person's cases, newest first."""
    cases = await cases_of(turn.tx, turn.person, limit=SHOWN, office=turn.office)
    if not cases:
        turn.say("progress.none")
        return
    if len(cases) == 1:
        await show_case(turn, cases[0])
        return
    lines = [turn.office.say("line.consumer", **case_facts(case, office=turn.office)) for case in cases]
    choices = [Choice(label=case.no, value=f"{PREFIX}:card:{case.no}") for case in cases]
    turn.say("progress.list", rows_of(choices, 2), lines="\n".join(lines), count=len(cases))


async def show_case(turn: Turn, case: Case) -> None:
    clocks = (await turn.tx.clocks.of([case.no])).get(case.no, [])
    buttons = () if turn.short else consumer_buttons(case, office=turn.office)
    turn.tell(consumer_card(case, clocks=clocks, office=turn.office), buttons)


async def choose(turn: Turn, verb: str) -> None:
    """The person typed a verb alone: on which case?"""
    every = await cases_of(turn.tx, turn.person, limit=SHOWN, office=turn.office)
    cases = [case for case in every if is_open(case)]
    complaints = [case for case in cases if case.kind is Kind.COMPLAINT]
    if verb == "withdraw" and complaints:
        cases = complaints
    if not cases:
        turn.say("progress.none_open")
    elif len(cases) == 1:
        await VERBS[verb](turn, cases[0].no)
    else:
        turn.say(f"progress.which_{verb}", _pick(cases, verb))


def _pick(cases: Sequence[Case], verb: str) -> Buttons:
    return rows_of([Choice(label=case.no, value=f"{PREFIX}:{verb}:{case.no}") for case in cases], 2)


async def pressed(turn: Turn) -> None:
    """A button of this dialogue."""
    _, act, no, *_ = [*pressed_parts(turn.message), "", ""]
    if act in VERBS:
        await VERBS[act](turn, no)
    else:
        turn.say("button.old")


async def _card(turn: Turn, no: str) -> None:
    await show_case(turn, await case_told(turn.tx, turn.person, no, office=turn.office))


async def _withdraw(turn: Turn, no: str) -> None:
    case = await case_of(turn.tx, turn.person, no)
    if case.kind is not Kind.COMPLAINT:
        raise CaseError("only_complaints_withdrawn", no=no)
    yes = turn.choice("choice.withdraw", f"{PREFIX}:withdraw_now:{no}")
    turn.say("progress.withdraw_sure", ((yes, turn.choice("choice.keep", f"{PREFIX}:card:{no}")),), no=no)


async def _withdraw_now(turn: Turn, no: str) -> None:
    await casework.withdraw(turn.tx, turn.person, no, office=turn.office)
    turn.say("progress.withdrawn", no=no)


def _answering(verb: str) -> Act:
    """A verb that the consumer does by one tap."""

    async def answer(turn: Turn, no: str) -> None:
        case = await case_of(turn.tx, turn.person, no)
        if verb == "agree_reclassify":
            await _reclassify(turn, case)
            return
        after = await casework.decide(turn.tx, turn.person, no, verb=verb, office=turn.office)
        key = "progress.refuse_offer" if verb == "refuse" and _negotiates(case) else f"progress.{verb}"
        turn.say(key, **case_facts(after, office=turn.office))

    return answer


def _negotiates(case: Case) -> bool:
    return case.status is Status.NEGOTIATING


async def _reclassify(turn: Turn, case: Case) -> None:
    """What was brought as a question is taken up as what it is; the law's further facts are asked for (Art. 10)."""
    if turn.session.dialogue == intake.NAME:
        turn.say("progress.draft_first")
        return
    kind = Kind((case.asked or "").partition(":")[2] or Kind.COMPLAINT)
    evidence = [piece.id for piece in await turn.tx.evidence.of(case.no)]
    await casework.decide(turn.tx, turn.person, case.no, verb="agree_reclassify", office=turn.office)
    turn.say("progress.agree_reclassify", no=case.no)
    turn.message = replace(turn.message, text=case.narrative, pressed="")
    await intake.begin(turn, kinds=(kind,), text=case.narrative, evidence=evidence)


def _telling(verb: str) -> Act:
    """A verb that needs a sentence from the consumer."""

    async def ask(turn: Turn, no: str) -> None:
        case = await case_of(turn.tx, turn.person, no)
        if verb not in verbs_for(case, Role.CONSUMER):
            raise CaseError("not_now", no=no, status=case.status.value, verb=verb)
        turn.say(f"progress.{verb}_what", no=no)
        turn.go(NAME, {"no": no, "verb": verb, "aside": _aside(turn)})

    return ask


def _aside(turn: Turn) -> dict[str, object] | None:
    """A draft that waits while something else is said."""
    return {"dialogue": turn.session.dialogue, "data": turn.session.data} if turn.session.dialogue != HOME else None


async def _chase(turn: Turn, no: str) -> None:
    case = await casework.chase(turn.tx, turn.person, no, office=turn.office)
    turn.say("progress.chased_odr" if _negotiates(case) else "progress.chased", **case_facts(case, office=turn.office))


async def _add(turn: Turn, no: str) -> None:
    case = await case_told(turn.tx, turn.person, no, office=turn.office)
    if case.status in HANDLED:
        raise CaseError("not_now", no=no, status=case.status.value, verb="add")
    held = turn.session.data.get("evidence", [])
    if held:
        case = await casework.add(turn.tx, turn.person, no, text="", evidence=held, office=turn.office)
        turn.go(HOME)
        turn.say(_added(case), no=no)
        return
    turn.say("progress.add_what", no=no)
    turn.go(NAME, {"no": no, "aside": _aside(turn)})


def _added(case: Case) -> str:
    return "progress.added_odr" if _negotiates(case) else "progress.added"


async def hear(turn: Turn) -> None:
    """Words or files for the case that was chosen to be added to."""
    no = str(turn.session.data.get("no", ""))
    if turn.command() in ("cancel", "back"):
        turn.say("progress.add_left")
        _leave(turn)
        return
    verb = turn.session.data.get("verb")
    if verb and turn.text:
        case = await casework.decide(
            turn.tx, turn.person, no, verb=verb, facts={"reason": turn.text}, office=turn.office
        )
        turn.say(f"progress.{verb}", **case_facts(case, office=turn.office))
        _leave(turn)
        return
    ids = keep_attachments(turn.tx, turn.message, office=turn.office)
    album, told = turn.message.album, turn.session.data.get("album")
    case = await casework.add(turn.tx, turn.person, no, text=turn.text, evidence=ids, office=turn.office)
    if not album or album != told:
        turn.say(_added(case), no=no)
    # An album or a burst of photos goes on arriving; words end the matter.
    if album:
        turn.go(NAME, {**turn.session.data, "album": album})
    else:
        _leave(turn)


def _leave(turn: Turn) -> None:
    """Back to the draft that waited, if there was one."""
    aside = turn.session.data.get("aside")
    if aside:
        turn.go(aside["dialogue"], aside["data"])
        turn.say("progress.draft_waits")
    else:
        turn.go(HOME)


async def rated(turn: Turn) -> None:
    """A rating button."""
    _, no, value, *_ = [*pressed_parts(turn.message), "", ""]
    if value not in RATINGS:
        turn.say("button.old")
        return
    await _rate(turn, no, value)


async def rated_last(turn: Turn, value: str) -> bool:
    """Rate the case that the person was asked about last; False when none waits for it."""
    cases = await cases_of(turn.tx, turn.person, limit=SHOWN, office=turn.office)
    asked = [case.no for case in cases if case.status in RATABLE and case.rating is None]
    latest = await _asked_last(turn, asked)
    if latest is None:
        return False
    await _rate(turn, latest, value)
    return True


async def _asked_last(turn: Turn, asked: Sequence[CaseNo]) -> CaseNo | None:
    """Of these cases the one that was spoken of last at this address, else the one that was closed last."""
    if not asked:
        return None
    told = await turn.tx.told.last_about(turn.person, asked) if turn.short else None
    clocks = await turn.tx.clocks.of(asked)
    closed = max(clocks, key=lambda no: max(clock.started_at for clock in clocks[no]), default=None)
    return told or closed


async def _rate(turn: Turn, no: str, value: str) -> None:
    case = await casework.rate(turn.tx, turn.person, no, rating=int(value), office=turn.office)
    turn.say(f"progress.rated_{value}", **case_facts(case, office=turn.office))
    await subscription.offer(turn, case)


VERBS: Mapping[str, Act] = {
    "card": _card,
    "withdraw": _withdraw,
    "withdraw_now": _withdraw_now,
    "chase": _chase,
    "add": _add,
    **{verb: _answering(verb) for verb in (*ASKED, "leave_group")},
    **{verb: _telling(verb) for verb in ("settle", "recuse")},
}
