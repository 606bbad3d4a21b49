"""How trainers and the machine agree: a page, JSON or CSV, all made from ``Agreement`` alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING

from voicecoach.batch.tables import harmless
from voicecoach.reports import page
from voicecoach.reports.json import plain
from voicecoach.review.agreement import Kappa
from voicecoach.review.facts import facts
from voicecoach.review.questions import CRITERION, FINDING
from voicecoach.review.summary import MACHINE, Agreement, Difference, Pair, RuleView

if TYPE_CHECKING:
    from rich.console import Console

FEW = "few"
COLUMNS = (
    *("kind", "about", "first", "second", "answered", "agreed", "chance", "kappa", "error", "low", "high"),
    *("kappa_all", "low_all", "high_all", "cannot_tell", "enough", "reason"),
)


def as_json(found: Agreement) -> str:
    """All of it; ends with a newline."""
    return json.dumps(plain(asdict(found)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_csv(found: Agreement) -> str:
    """The table of who agrees with whom, one row a pair and rule; an empty ``about`` is over all."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in found.pairs:
        shown, everywhere = one.shown, one.everywhere
        names = (one.kind, one.about, one.first, one.second)
        table.writerow(
            [
                *(harmless(page.clean(name)) for name in names),
                shown.count,
                *map(_cell, (shown.agreed, shown.chance, shown.value, shown.error, shown.low, shown.high)),
                *map(
                    _cell, (everywhere.value, everywhere.low, everywhere.high) if everywhere else (None,) * 3
                ),
                one.cannot_tell,
                "yes" if one.enough else "no",
                shown.reason,
            ]
        )
    return out.getvalue()


def as_text(found: Agreement, *, width: int = 80) -> str:
    """The page; ends with a newline."""
    console, out = page.console(width, False)
    many = f"{found.calls} call{'s' * (found.calls != 1)}, {found.answers} answers"
    page.say(console, f"TRAINERS AND THE MACHINE  {many}{_names(found.trainers)}", indent=0)
    _left_out(console, found)
    if not found.answers:
        page.say(console, "No answers on these calls yet. Begin: voicecoach review OUT --trainer NAME")
        return page.printed(out)
    page.heading(console, "WHO AGREES WITH WHOM")
    for one in found.pairs:
        if not one.about:
            _pair(console, one)
    few = [view for view in found.rules if view.verdict == FEW]
    told = sorted((view for view in found.rules if view.verdict != FEW), key=_urgent)
    if told:
        page.heading(console, "RULE BY RULE")
        for view in told:
            _rule(console, view, found)
    if few:
        page.heading(console, "TOO FEW TO TELL")
        page.say(console, facts().advice[FEW].format(fewest=round(facts().thresholds["fewest_share"])))
        page.rows(
            console, [(view.rule, f"{view.accepted} of {view.judged} accepted", _seen(view)) for view in few]
        )
        differing = [one for view in few for one in view.differences]
        if differing:
            page.heading(console, "SEEN DIFFERENTLY THERE")
            _differences(console, differing, named=True)
    if found.criteria:
        page.heading(console, "CRITERIA SEEN DIFFERENTLY")
        _differences(console, found.criteria, named=True)
    page.heading(console, "HOW TO READ THIS")
    page.say(
        console,
        "Kappa is the agreement beyond chance: 1 is full agreement, 0 what chance alone would give; in "
        "brackets where it lies in 19 of 20 cases. Half of the places asked are findings, far more than in a "
        "call; "
        '"over all turns" weighs them as they occur. It tells whether two see the same, not who is right.',
    )
    return page.printed(out)


def _left_out(console: Console, found: Agreement) -> None:
    if found.older and found.older_used:
        page.say(
            console,
            f"{found.older} of the answers were given under other rules than these reports. Rules changed "
            "because of them agree with them too well; new answers tell more.",
        )
    elif found.older:
        page.say(
            console,
            f"{found.older} more answers were given under other rules than these reports and are left out; "
            "--older counts them in.",
        )
    if found.unknown:
        page.say(
            console,
            f"{found.unknown} more answers are about other recordings, or words heard differently now.",
        )


def _pair(console: Console, one: Pair) -> None:
    what = "" if one.kind == FINDING else " on criteria of the scorecard"
    page.say(console, f"{one.first} and {one.second}{what}: {_agreement(one)}{_unsure(one.cannot_tell)}")


def _agreement(one: Pair) -> str:
    shown, unit = one.shown, "answers" if one.kind == CRITERION else "places"
    if shown.agreed is None or shown.chance is None:
        return f"{shown.reason}."
    text = f"agree in {round(shown.agreed * shown.count)} of {shown.count} {unit}"
    if not one.enough:
        name = "fewest_places" if one.kind == FINDING else "fewest_criteria"
        return f"{text}; too few to tell, it takes {facts().thresholds[name]:.0f}."
    if shown.value is None:
        return f"{text}; {shown.reason}, so kappa does not exist."
    text = f"{text}; by chance {shown.chance * shown.count:.0f} would be expected; kappa {_kappa(shown)}"
    if one.everywhere is not None:
        over = one.everywhere
        text += f"; over all turns {_kappa(over)}" if over.value is not None else ""
    return f"{text}."


def _kappa(kappa: Kappa) -> str:
    if kappa.value is None:
        return kappa.reason
    if kappa.low is None or kappa.high is None:
        return f"{kappa.value:.2f} ({kappa.reason})"
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"


def _rule(console: Console, view: RuleView, found: Agreement) -> None:
    page.say(console, view.rule, style="bold")
    page.say(console, view.advice, indent=4)
    bounds = f"{view.accepted_low:.0%} to {view.accepted_high:.0%}"
    page.say(
        console,
        f"Found {view.found} times, judged {view.judged}: {view.accepted} accepted ({bounds}).",
        indent=4,
    )
    if view.looked:
        text = f"Of {view.looked} turns without it trainers see it in {view.missed}"
        if view.looked >= facts().thresholds["fewest_share"]:
            text += f": in all {view.quiet} that would be {view.missed_low:.0f} to {view.missed_high:.0f}"
        page.say(console, f"{text}.", indent=4)
    if view.split or view.cannot_tell:
        page.say(console, f"Trainers split: {view.split}. Cannot tell: {view.cannot_tell}.", indent=4)
    for one in found.pairs:
        if one.about == view.rule and one.kind == FINDING and one.enough:
            page.say(console, f"{one.first} and {one.second} {_agreement(one)}", indent=4)
    _differences(console, view.differences)


def _urgent(view: RuleView) -> int:
    return ("both", "tighten", "loosen", "open", "fine").index(view.verdict)


def _seen(view: RuleView) -> str:
    return f"not found, seen: {view.missed} of {view.looked}" if view.looked else ""


def _differences(console: Console, differences: Sequence[Difference], *, named: bool = False) -> None:
    """Places with who says what and the words; of many the first."""
    most = round(facts().thresholds["most_named" if named else "most_shown"])
    for one in differences[:most]:
        whole = one.kind == CRITERION
        where = PurePath(one.path).name + ("" if whole else f" {page.clock(one.start)}")
        said = ", ".join(
            f"{name}: {_said(answer)}" for name, answer in (*one.trainers, (MACHINE, one.machine))
        )
        parts = (where, one.about if named else "", "" if whole else page.quoted(one.quote))
        page.say(console, "  ".join(filter(None, parts)), indent=4)
        page.say(console, f"{said} ({one.quote})" if whole and one.quote else said, indent=6)
    if len(differences) > most:
        page.say(console, f"... and {len(differences) - most} more: -f json", indent=4)


def _said(answer: str) -> str:
    return answer.replace("_", " ")


def _unsure(count: int) -> str:
    return f" Left out, cannot tell: {count}." if count else ""


def _names(names: Sequence[str]) -> str:
    return f" of {', '.join(names)}" if names else ""


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
