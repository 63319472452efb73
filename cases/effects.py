"""What each verb changes in a case beside its state: from the journal alone, so that a replay ends in the same case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cases.model import LABELS, Case, CaseNo, StaffId

Fields = dict[str, object]
Facts = Mapping[str, str]
Effect = Callable[[Case, str, Facts], Fields]
"""From the case, who did it (a staff id or a role) and the facts to the fields that are different then."""


def _routed(case: Case, by: str, facts: Facts) -> Fields:
    return {"bureau": facts["bureau"], "because": facts.get("because", case.because), "officer": None}


def _signed(case: Case, by: str, facts: Facts) -> Fields:
    return {"officer": StaffId(by)}


def _accepted(case: Case, by: str, facts: Facts) -> Fields:
    """A refusal that was taken back is no outcome any more."""
    return {"outcome": None, "result": None}


def _assigned(case: Case, by: str, facts: Facts) -> Fields:
    return {"officer": StaffId(facts["officer"])} if facts.get("officer") else {}


def _sent_back(case: Case, by: str, facts: Facts) -> Fields:
    return {"bureau": None, "officer": None}


def _corrected(case: Case, by: str, facts: Facts) -> Fields:
    """The labels that were told, and what follows from them; a case that was urgent stays so."""
    told: Fields = {name: facts[name] for name in (*LABELS, "object") if facts.get(name)}
    return {**told, "urgent": case.urgent or bool(facts.get("hurried"))}


def _negotiating(case: Case, by: str, facts: Facts) -> Fields:
    return {"enterprise": StaffId(facts["enterprise"])}


def _gone_on(case: Case, by: str, facts: Facts) -> Fields:
    return {"enterprise": None, "asked": None, "result": None}


def _offered(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": "offer", "result": facts["reason"]}


def _offer_taken(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None, "outcome": "settled"}


def _entrust_asked(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": f"entrust:{facts['mediator']}"}


def _entrust_agreed(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None, "mediator": StaffId((case.asked or "").partition(":")[2])}


def _entrusted(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None, "mediator": StaffId(facts["mediator"])}


def _handed_back(case: Case, by: str, facts: Facts) -> Fields:
    return {"mediator": None}


def _join_asked(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": f"join:{facts['other']}"}


def _joined(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None, "part_of": CaseNo((case.asked or "").partition(":")[2])}


def _part_of(case: Case, by: str, facts: Facts) -> Fields:
    return {"part_of": CaseNo(facts["other"]), "outcome": "duplicate"}


def _left(case: Case, by: str, facts: Facts) -> Fields:
    return {"part_of": None}


def _reclassify_asked(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": f"reclassify:{facts['kind']}"}


def _unasked(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None}


def _withdrawn(case: Case, by: str, facts: Facts) -> Fields:
    return {"asked": None, "enterprise": None, "part_of": None, "outcome": "withdrawn"}


def _ending(outcome: str) -> Effect:
    def ended(case: Case, by: str, facts: Facts) -> Fields:
        return {"outcome": outcome, "result": facts.get("reason", case.result), "asked": None}

    return ended


def _closed(case: Case, by: str, facts: Facts) -> Fields:
    return {
        "outcome": facts.get("outcome", case.outcome),
        "result": facts.get("reason", case.result),
        "asked": None,
        "mediator": None,
        "enterprise": None,
    }


def _rated(case: Case, by: str, facts: Facts) -> Fields:
    return {"rating": int(facts["rating"])}


def _sampled(case: Case, by: str, facts: Facts) -> Fields:
    return {"sampled": True}


def _rehandled(case: Case, by: str, facts: Facts) -> Fields:
    return {"rehandled": case.rehandled + 1, "rating": None, "sampled": False, "officer": None}


EFFECTS: Mapping[str, Effect] = {
    "route": _routed,
    "designate": _routed,
    "sign": _signed,
    "accept": _accepted,
    "assign": _assigned,
    "investigate": _assigned,
    "decide_recusal": _assigned,
    "send_back": _sent_back,
    "correct": _corrected,
    "negotiate": _negotiating,
    "go_on": _gone_on,
    "offer": _offered,
    "take_offer": _offer_taken,
    "ask_entrust": _entrust_asked,
    "agree_entrust": _entrust_agreed,
    "entrust": _entrusted,
    "hand_back": _handed_back,
    "ask_join": _join_asked,
    "agree_join": _joined,
    "leave_group": _left,
    "mark_duplicate": _part_of,
    "absorb": _part_of,
    "ask_reclassify": _reclassify_asked,
    "agree_reclassify": _ending("redirected"),
    "refuse": _unasked,
    "withdraw": _withdrawn,
    "agree": _ending("agreed"),
    "settle": _ending("settled"),
    "terminate": _ending("terminated"),
    "refer_police": _ending("terminated"),
    "decline": _ending("declined"),
    "redirect": _ending("redirected"),
    "answer": _ending("answered"),
    "dismiss": _ending("dismissed"),
    "transfer": _ending("transferred"),
    "decide": _ending("decided"),
    "close": _closed,
    "rate": _rated,
    "rate_low": _rated,
    "sample": _sampled,
    "rehandle": _rehandled,
}
