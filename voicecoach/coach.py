"""Scores into coaching: one strength, one next step, one drill of a minute.

Nothing is praised that was not heard, and nothing is advised that the recording gives no ground for.
Every sentence comes from the scorecard or from the rule that fired; this module only chooses. Few
remarks, each tied to a moment, help more than a dense page of numbers: Chollet, Marsella & Scherer 2022,
Training public speaking with virtual social interactions (Journal on Multimodal User Interfaces 16).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from voicecoach.i18n import ENGLISH, _, fill, using
from voicecoach.score import SCORED_GRADES, Item, Scorecard, Want, why_no_total
from voicecoach.spacing import length
from voicecoach.types import AGENT, Coaching, Criterion, Finding, Measure, Note, Scores, Turn

LONGEST_SENTENCE = 160  # characters; a longer one is not quoted whole


def coach(
    scorecard: Scorecard,
    scores: Scores,
    findings: Sequence[Finding],
    measures: Sequence[Measure],
    *,
    turns: Sequence[Turn] = (),
    language: str = "en",
) -> Coaching:
    """Choose one strength, one next step and its drill.

    Parameters
    ----------
    scorecard, scores
        The scorecard and what came of it for this call.
    findings, measures
        What was found in the call; only the agent's, of grade A or B, is used.
    turns
        The call in turns; where given, the whole sentence around a finding is quoted.
    language
        Language of the call; wording to try is only given in this language.

    Returns
    -------
    Coaching
        The strength is a positive finding, or else a criterion that was met; the next step the missed
        criterion with the most points to win, musts first. Where the call is too short for a total only what
        was heard counts, not what is absent.
        ``reason`` says why a part is missing.
    """
    own = [f for f in findings if f.speaker == AGENT and f.grade in SCORED_GRADES]
    if not any(c.status in ("met", "partly", "missed") for c in scores.criteria):
        return Coaching(None, None, None, fill("no coaching: {why}", why=why_no_total(scores)))
    step = _next_step(scorecard, scores, own, turns, language)
    strength = _strength(scorecard, own, turns) or _steady(scorecard, scores)
    reasons: list[str] = []
    if strength is None:
        reasons.append(
            _("no strength is named, as nothing on the scorecard's list of strengths was heard this time")
        )
    if step is None:
        why = _("nothing that was looked for and could be judged is open")
        if scores.total is None:
            why = why_no_total(scores)
        reasons.append(fill("no next step: {why}", why=why))
    drill = None
    if step is not None:
        texts = [item.drill for item in scorecard.items if item.id == step.about]
        drill = Note(about=step.about, text=_(texts[0])) if texts else None
    return Coaching(strength, step, drill, _("; ").join(reasons))


def _strength(scorecard: Scorecard, findings: Sequence[Finding], turns: Sequence[Turn]) -> Note | None:
    """The most telling positive finding; none from a turn in which something negative was found."""
    spoilt = {f.turn for f in findings if f.polarity == "negative" and f.turn is not None}
    whys = {strength.marker: strength.why for strength in scorecard.strengths}
    order = list(whys)
    heard = [
        (finding, _sentence(finding, turns))
        for finding in findings
        if finding.rule in whys
        and finding.polarity == "positive"
        and finding.quote
        and finding.turn not in spoilt
    ]
    if not heard:
        return None

    def telling(candidate: tuple[Finding, str]) -> tuple[bool, int, bool, int]:
        finding, quote = candidate
        return (
            length(quote) < scorecard.telling_quote,
            order.index(finding.rule),
            finding.evidence.status != "backed",
            -len(finding.quote),
        )

    best, quote = min(heard, key=telling)
    return Note(best.rule, _both(best.message, _(whys[best.rule])), quote, best.start)


def _steady(scorecard: Scorecard, scores: Scores) -> Note | None:
    """The first criterion worth naming that is met; none where the call is too short for a total."""
    met = {criterion.id for criterion in scores.criteria if criterion.status == "met"}
    if scores.total is None:
        return None
    return next((Note(one.criterion, _(one.text)) for one in scorecard.steady if one.criterion in met), None)


def _next_step(
    scorecard: Scorecard, scores: Scores, findings: Sequence[Finding], turns: Sequence[Turn], language: str
) -> Note | None:
    items = {item.id: item for item in scorecard.items}
    chances: list[tuple[tuple[bool, float, bool], Note]] = []
    for criterion in scores.criteria:
        item = items.get(criterion.id)
        if item is None or criterion.status not in ("missed", "partly"):
            continue
        want, finding = _reason_for(item, criterion, findings)
        if scores.total is None and finding is None:
            continue  # the call is too short to miss what is absent
        value = (criterion.kind == "must", criterion.weight - criterion.points, finding is not None)
        chances.append((value, _note(item, criterion, want, finding, turns, language)))
    if chances:
        return max(chances, key=lambda chance: chance[0])[1]
    negative = next((f for f in findings if f.polarity == "negative"), None)
    if negative is None:
        return None
    quote = _sentence(negative, turns)
    return Note(negative.rule, negative.message, quote, negative.start, negative.advice)


def _reason_for(item: Item, criterion: Criterion, findings: Sequence[Finding]) -> tuple[Want, Finding | None]:
    """The want of a criterion that is open, and the finding that breaks it where there is one."""
    for want in item.want:
        hits = [f for f in findings if f.rule in want.markers]
        if want.at_most is not None and len(hits) > want.at_most:
            return want, hits[want.at_most]
    for want in item.want:
        if want.at_least is not None and sum(f.rule in want.markers for f in findings) < want.at_least:
            return want, None
    return item.want[0], None


def _note(
    item: Item,
    criterion: Criterion,
    want: Want,
    finding: Finding | None,
    turns: Sequence[Turn],
    language: str,
) -> Note:
    say, tip = wording(want, language), _(item.tip)
    if finding is None:
        text = fill("{tip} ({reason})", tip=tip, reason=criterion.reason) if want.measure else tip
        return Note(item.id, text, suggestion=say)
    negative = finding.polarity == "negative"
    text = _both(finding.message, tip) if negative else tip
    suggestion = say or (finding.advice if negative else "")
    return Note(item.id, text, _sentence(finding, turns), finding.start, suggestion)


def wording(want: Want, language: str) -> str:
    """Words to try in a language: the scorecard's own, else its English ones translated, else none."""
    if language in want.say:
        return want.say[language]
    english = want.say.get(ENGLISH, "")
    with using(language):
        return _(english) if _(english) != english else ""


def _both(first: str, second: str) -> str:
    """Two sentences after each other, either of which may be empty."""
    return fill("{first} {second}", first=first, second=second) if first and second else first or second


def _sentence(finding: Finding, turns: Sequence[Turn]) -> str:
    """The sentence a quote stands in, where that is known and not too long; else the quote."""
    if finding.quote and finding.turn is not None and finding.turn < len(turns):
        for sentence in _sentences(turns[finding.turn].text):
            if finding.quote in sentence and len(sentence) <= LONGEST_SENTENCE:
                return sentence
    return finding.quote


@lru_cache(maxsize=256)  # one long turn may hold many findings
def _sentences(text: str) -> list[str]:
    """A text cut after marks that end a sentence; a full stop within a number or "a.m. or" is none."""
    ends = [found.end() for found in re.finditer(r"[.!?]+\s+(?![a-z])|[。！？]+", text)]
    return [text[start:end].strip() for start, end in pairwise([0, *ends, len(text)])]
