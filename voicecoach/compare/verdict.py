"""One thing that changed for the good between two takes, and one to try next, as compare.yaml says it."""

from __future__ import annotations

from collections.abc import Iterator

from voicecoach.compare.types import Comparison, CriterionChange, MarkerChange, MeasureChange, limit, rules
from voicecoach.i18n import _, clock, fill, number
from voicecoach.score import label
from voicecoach.types import Coaching, Note


def better(found: Comparison, coaching: Coaching) -> Note | None:
    """Return what changed for the good, the weightiest first; else the strength of the later take."""
    return next(_better(found, coaching), None)


def next_step(found: Comparison, coaching: Coaching) -> Note | None:
    """Return what changed for the worse, the weightiest first; else the next step of the later take."""
    return next(_next(found, coaching), None)


def _better(found: Comparison, coaching: Coaching) -> Iterator[Note]:
    for kind in ("must", "plus"):
        for change in found.criteria:
            if change.kind == kind and _rank(change.b) > _rank(change.a):
                yield Note(change.id, _said("better", "criterion", found, change))
        for marker in found.markers:
            if kind == "must" and (marker.kind, marker.polarity) == ("lost", "negative"):
                yield Note(marker.rule, _said("better", "negative_lost", found, marker))
        for marker in found.markers:
            if kind == "must" and (marker.kind, marker.polarity) == ("gained", "positive"):
                yield Note(marker.rule, _said("better", "positive_gained", found, marker))
    for measure in found.measures:
        if measure.status == "changed" and measure.id in rules().less_is_better and measure.b < measure.a:
            yield Note(measure.id, _said("better", "measure", found, measure))
    if coaching.strength is not None:
        note = coaching.strength
        yield Note(note.about, _text("better", "kept", text=note.text), note.quote, note.start)


def _next(found: Comparison, coaching: Coaching) -> Iterator[Note]:
    for kind in ("must", "plus"):
        for change in found.criteria:
            if change.kind == kind and _rank(change.b) < _rank(change.a):
                yield Note(change.id, _said("next", "criterion", found, change))
        for marker in found.markers:
            if kind == "must" and (marker.kind, marker.polarity) == ("gained", "negative"):
                yield Note(marker.rule, _said("next", "negative_gained", found, marker))
        for marker in found.markers:
            if kind == "must" and (marker.kind, marker.polarity) == ("lost", "positive"):
                key = "positive_lost_model" if found.model else "positive_lost"
                yield Note(marker.rule, _said("next", key, found, marker))
    for measure in found.measures:
        if measure.status == "changed" and measure.id in rules().less_is_better and measure.b > measure.a:
            yield Note(measure.id, _said("next", "measure", found, measure))
    plain = [
        phrase
        for phrase in found.phrases
        if phrase.same
        and phrase.change is not None
        and abs(phrase.change) >= max(limit("pace_plain"), phrase.unsure)
    ]
    for phrase in sorted(plain, key=lambda phrase: -abs(phrase.change or 0.0)):
        by = phrase.change or 0.0
        yield Note(
            "pace.articulation_rate",
            _text(
                "next",
                "faster" if by > 0 else "slower",
                words=_short(phrase.b.text),
                time=clock(phrase.b.start),
                percent=100 * abs(by),
                first=_first(found),
            ),
        )
    if coaching.next_step is not None:
        note = coaching.next_step
        text = _text("next", "kept", text=note.text)
        yield Note(note.about, text, note.quote, note.start, note.suggestion)


def _said(
    group: str, key: str, found: Comparison, change: CriterionChange | MarkerChange | MeasureChange
) -> str:
    first = _first(found)
    if isinstance(change, CriterionChange):
        text = _text(
            group, key, name=change.name, before=_(change.a), after=_(change.b), tip=change.tip, first=first
        )
    elif isinstance(change, MarkerChange):
        time = _("an unknown time") if change.start is None else clock(change.start)
        quote = f', "{_short(change.quote)}"' if change.quote else ""
        text = _text(
            group, key, label=label(change.rule), time=time, quote=quote, advice=change.advice, first=first
        )
    else:
        name = _(rules().less_is_better[change.id])
        values = [f"{number(value, figures=3)} {_(change.unit)}".strip() for value in (change.a, change.b)]
        text = _text(group, key, name=name, before=values[0], after=values[1], first=first)
    text = text.strip()
    return text[:1].upper() + text[1:]


def _text(group: str, key: str, **values: object) -> str:
    return fill(rules().texts[group][key], **values)


def _first(found: Comparison) -> str:
    return _(rules().names["model" if found.model else "first"])


def _rank(status: str) -> int:
    return rules().statuses.index(status)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} ..."
