"""A scorecard as applied to a call: what was wanted, what was found, what could not be judged.

Times are seconds in the original recording; points and weights are the scorecard's own. Only findings and
measures of grade A or B count; what is described only (grade C) or not measured leaves the total and is
named. A plus never makes up for a missed must: the total is at most the share of points reached on the
musts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from voicecoach.datafile import Value, meant, read_file
from voicecoach.errors import UsageError
from voicecoach.i18n import _, counted, fill
from voicecoach.measures.definitions import definitions
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Criterion, Finding, Measure, Scores, Turn

SCORED_GRADES = ("A", "B")


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanted: a count of markers, in a window or anywhere, or a range of a measure.

    ``first`` and ``last`` windows are (seconds, turns of the agent); a finding within either counts.
    """

    markers: tuple[str, ...] = ()
    measure: str = ""
    at_least: int | None = None
    at_most: int | None = None
    low: float | None = None
    high: float | None = None
    first_seconds: float | None = None
    first_turns: int | None = None
    last_seconds: float | None = None
    last_turns: int | None = None
    say: Mapping[str, str] = field(default_factory=dict)  # wording to try, by language
    otherwise: str = ""  # for a condition: why the criterion does not apply
    languages: tuple[str, ...] = ()  # it is wanted in; empty: any


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion as the scorecard defines it."""

    id: str
    name: str
    kind: str  # must or plus
    weight: float
    want: tuple[Want, ...]
    tip: str
    drill: str
    source: str
    only_if: Want | None = None
    needs: str = ""  # "", customer or channels

    def wanted(self, language: str) -> tuple[Want, ...]:
        """What is wanted of a call in a language."""
        return tuple(want for want in self.want if not want.languages or language in want.languages)


@dataclass(frozen=True, slots=True)
class Strength:
    """A marker worth naming as a strength, and why it matters."""

    marker: str
    why: str


@dataclass(frozen=True, slots=True)
class Steady:
    """A criterion whose being met is named as the strength where no marker can be, and what is said then."""

    criterion: str
    text: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Criteria and strengths as read from a file; ``sha256`` is that of the file."""

    id: str
    name: str
    version: str
    sha256: str
    least_speech: float  # seconds of the agent's speech below which there is no total
    telling_quote: int  # words a quote should have to name a strength by
    items: tuple[Item, ...]
    strengths: tuple[Strength, ...]
    steady: tuple[Steady, ...] = ()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """All that criteria are judged by."""

    findings: tuple[Finding, ...]
    unbacked: tuple[Finding, ...]
    measures: Mapping[str, Measure]
    grades: Mapping[str, str]
    agent_turns: tuple[int, ...]
    begin: float | None
    end: float | None
    customer: bool
    separate: bool
    language: str
    unseen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Whether a want is met (None: not judged), in words, and what it rests on."""

    met: bool | None
    reason: str
    findings: tuple[Finding, ...] = ()


def scorecards() -> tuple[str, ...]:
    """Names of the scorecards that come with the package."""
    folder = resources.files("voicecoach") / "scorecards"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def load_scorecard(name_or_path: str | Path = "service-call") -> Scorecard:
    """Read a scorecard by its name in the package or by the path of a YAML file.

    Raises:
        UsageError: neither a known name nor a file.
        DataFileError: the file is not a scorecard; the message starts with file:line:col.
    """
    path = Path(name_or_path)
    known = scorecards()
    if str(name_or_path) in known:
        path = Path(str(resources.files("voicecoach") / "scorecards" / f"{name_or_path}.yaml"))
    elif not path.is_file():
        raise UsageError(
            fill(
                "scorecard {name_or_path!r} is no file and no known name{hint}",
                name_or_path=str(name_or_path),
                hint=meant(str(name_or_path), known),
            )
        )
    found = read_file(path)
    fields = found.fields(
        ("id", "name", "version", "least_speech", "criteria"), ("telling_quote", "strengths", "steady")
    )
    least = fields["least_speech"].fields(("seconds", "source"))
    entries = fields["criteria"].items()
    items = tuple(_read_item(entry) for entry in entries)
    _refuse_repeats([item.id for item in items], entries)
    named = fields["strengths"].items() if "strengths" in fields else ()
    strengths = tuple(_read_strength(entry) for entry in named)
    _refuse_repeats([strength.marker for strength in strengths], named)
    entries = fields["steady"].items() if "steady" in fields else ()
    steady = tuple(_read_steady(entry, [item.id for item in items]) for entry in entries)
    _refuse_repeats([one.criterion for one in steady], entries)
    return Scorecard(
        id=fields["id"].text(),
        name=fields["name"].text(),
        version=fields["version"].text(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        least_speech=least["seconds"].number(least=0),
        telling_quote=found.optional(
            "telling_quote", lambda value: value.fields(("words", "source"))["words"].whole(least=1), 1
        ),
        items=items,
        strengths=strengths,
        steady=steady,
    )


def _refuse_repeats(names: Sequence[str], entries: Sequence[Value]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            entries[index].fail(f"{name!r} stands here a second time; keep one of the two")


def _read_item(entry: Value) -> Item:
    fields = entry.fields(
        ("id", "name", "kind", "weight", "want", "tip", "drill", "source"), ("only_if", "needs")
    )
    weight = fields["weight"].number(least=0)
    if weight == 0:
        fields["weight"].fail("'weight' should be more than 0; delete the criterion if it should not count")
    return Item(
        id=fields["id"].text(),
        name=fields["name"].text(),
        kind=fields["kind"].one_of(("must", "plus")),
        weight=weight,
        want=tuple(_read_want(want, ("say",)) for want in fields["want"].items()),
        tip=fields["tip"].text(),
        drill=fields["drill"].text(),
        source=fields["source"].text(),
        only_if=entry.optional("only_if", lambda value: _read_want(value, ("otherwise",)), None),
        needs=entry.optional("needs", lambda value: value.one_of(("customer", "channels")), ""),
    )


def _read_want(entry: Value, texts: tuple[str, ...]) -> Want:
    """A want (with ``say``) or a condition (with ``otherwise``)."""
    if "measure" in entry.mapping():
        fields = entry.fields(("measure",), ("low", "high", "languages", *texts))
        if "low" not in fields and "high" not in fields:
            entry.fail("a measure needs 'low', 'high' or both")
    else:
        windows = ("first_seconds", "first_turns", "last_seconds", "last_turns")
        fields = entry.fields(("markers",), ("at_least", "at_most", *windows, *texts))
        if ("at_least" in fields) == ("at_most" in fields):
            entry.fail("markers need either 'at_least' or 'at_most'")
        if any(key.startswith("first") for key in fields) and any(key.startswith("last") for key in fields):
            entry.fail("a window is either 'first_...' or 'last_...', not both")
    if "otherwise" in texts:
        entry.fields(("otherwise",), fields)
    number = Value.number
    low, high = entry.optional("low", number, None), entry.optional("high", number, None)
    if low is not None and high is not None and low > high:
        fields["low"].fail(f"'low' ({low:g}) is more than 'high' ({high:g})")
    return Want(
        markers=entry.optional("markers", _read_markers, ()),
        measure=entry.optional("measure", lambda value: value.one_of(definitions().entries), ""),
        at_least=entry.optional("at_least", lambda value: value.whole(least=1), None),
        at_most=entry.optional("at_most", lambda value: value.whole(least=0), None),
        low=low,
        high=high,
        first_seconds=entry.optional("first_seconds", lambda value: value.number(least=0), None),
        first_turns=entry.optional("first_turns", lambda value: value.whole(least=1), None),
        last_seconds=entry.optional("last_seconds", lambda value: value.number(least=0), None),
        last_turns=entry.optional("last_turns", lambda value: value.whole(least=1), None),
        say=entry.optional("say", lambda value: {key: v.text() for key, v in value.mapping().items()}, {}),
        otherwise=entry.optional("otherwise", Value.text, ""),
        languages=entry.optional("languages", Value.texts, ()),
    )


def _read_markers(value: Value) -> tuple[str, ...]:
    entries = value.items() if isinstance(value.content, tuple) else (value,)
    return tuple(_read_id(entry) for entry in entries)


def _read_id(value: Value) -> str:
    """The id of a marker; whether a rule of this id exists depends on the language."""
    text = value.text()
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", text):
        value.fail(f"{text!r} is no id of a marker; one looks like 'courtesy.thanks'")
    return text


def _read_strength(entry: Value) -> Strength:
    fields = entry.fields(("marker", "why"))
    return Strength(_read_id(fields["marker"]), fields["why"].text())


def _read_steady(entry: Value, criteria: Sequence[str]) -> Steady:
    fields = entry.fields(("criterion", "text"))
    return Steady(fields["criterion"].one_of(criteria), fields["text"].text())


def score(
    scorecard: Scorecard,
    findings: Sequence[Finding],
    measures: Sequence[Measure],
    *,
    grades: Mapping[str, str],
    turns: Sequence[Turn],
    separate: bool,
    language: str,
    unbacked: Sequence[Finding] = (),
    unseen: Mapping[str, str] | None = None,
    unnamed: str = "",
) -> Scores:
    """Judge a call by a scorecard.

    Parameters
    ----------
    scorecard : Scorecard
    findings, measures
        What was found in the call; only those of the agent count.
    grades
        Grade of every marker that was looked for, by id. A marker that is not in it was not measured.
    turns
        The call in turns; times may be missing.
    separate
        Whether every speaker has a channel of their own.
    language
        Language of the call, such as "en".
    unbacked
        Findings that the sound does not bear out. They never count, but where nothing else was found the
        criterion is not judged either.
    unseen
        Markers that this call cannot show, and why; they are not judged.
    unnamed
        What to say where it is not known which words are the agent's, if not that a channel is shared.

    Returns
    -------
    Scores
        ``total`` is None where nothing could be judged or the agent speaks less than
        ``scorecard.least_speech`` seconds; ``reason`` says so. ``passed`` is False when a must is missed
        (one that is partly met is not missed).
    """
    evidence = _gather(findings, measures, grades, turns, separate, language, unbacked, unseen or {})
    silence = _why_no_agent(turns, unnamed)
    if silence:
        criteria = tuple(_applied(item, "not_measured", 0.0, silence) for item in scorecard.items)
    else:
        criteria = tuple(_judge(item, evidence) for item in scorecard.items)
    return _sum_up(scorecard, criteria, silence, _agent_speech(turns))


def _gather(
    findings: Sequence[Finding],
    measures: Sequence[Measure],
    grades: Mapping[str, str],
    turns: Sequence[Turn],
    separate: bool,
    language: str,
    unbacked: Sequence[Finding],
    unseen: Mapping[str, str],
) -> _Evidence:
    times = [time for turn in turns for time in (turn.start, turn.end) if time is not None]
    return _Evidence(
        findings=tuple(f for f in findings if f.speaker == AGENT and f.grade in SCORED_GRADES),
        unbacked=tuple(f for f in unbacked if f.speaker == AGENT),
        measures={m.id: m for m in measures if m.speaker == AGENT},
        grades=grades,
        agent_turns=tuple(index for index, turn in enumerate(turns) if turn.speaker == AGENT),
        begin=min(times, default=None),
        end=max(times, default=None),
        customer=any(turn.speaker == CUSTOMER for turn in turns),
        separate=separate,
        language=language,
        unseen=unseen,
    )


def _why_no_agent(turns: Sequence[Turn], unnamed: str) -> str:
    """Why the agent cannot be judged at all, or an empty string."""
    own = [turn for turn in turns if turn.speaker == AGENT and turn.text]
    if any(not turn.words or any(word.backed is not False for word in turn.words) for turn in own):
        return ""
    if any(turn.speaker == UNKNOWN for turn in turns):
        return unnamed or _(
            "more than one voice on one channel, so it is not known which words are yours; "
            "record yourself alone, or each side on a channel of its own"
        )
    return _("no speech of yours that the sound bears out")


def _agent_speech(turns: Sequence[Turn]) -> float | None:
    """Seconds the agent's words last, None where the turns have no times."""
    total = 0.0
    for turn in turns:
        if turn.speaker != AGENT:
            continue
        if turn.words:
            total += sum(word.end - word.start for word in turn.words if word.backed is not False)
        elif turn.start is None or turn.end is None:
            return None
        else:
            total += turn.end - turn.start
    return total


def _judge(item: Item, evidence: _Evidence) -> Criterion:
    wanted = item.wanted(evidence.language)
    if not wanted:
        why = fill("not set for language {language!r}", language=evidence.language)
        return _applied(item, "not_applicable", 0.0, why)
    if item.needs and not evidence.customer:
        return _applied(item, "not_measured", 0.0, _("the customer's side is not known"))
    if item.needs == "channels" and not evidence.separate:
        return _applied(item, "not_measured", 0.0, _("needs a channel for each speaker"))
    if item.only_if is not None:
        condition = _check(item.only_if, evidence)
        if condition.met is None:
            return _applied(item, "not_measured", 0.0, condition.reason)
        if not condition.met:
            return _applied(item, "not_applicable", 0.0, _(item.only_if.otherwise))
    outcomes = [(want, _check(want, evidence)) for want in wanted]
    judged = [outcome for want, outcome in outcomes if outcome.met is not None]
    if not judged:
        why = _("; ").join(dict.fromkeys(outcome.reason for want, outcome in outcomes))
        return _applied(item, "not_measured", 0.0, why)
    broken = any(outcome.met is False and want.at_most is not None for want, outcome in outcomes)
    share = 0.0 if broken else sum(bool(outcome.met) for outcome in judged) / len(judged)
    status = "met" if share == 1 else "partly" if share else "missed"
    shown = [(want, outcome) for want, outcome in outcomes if outcome.met is (share == 1)]
    reasons: dict[str, list[str]] = {}
    for want, outcome in shown:
        reasons.setdefault(outcome.reason, []).append(label(_about(want)))
    alone = share == 1 or len(outcomes) == 1
    reason = _("; ").join(
        why if alone else fill("{what}: {why}", what=_(", ").join(names), why=why)
        for why, names in reasons.items()
    )
    times = sorted({f.start for want, outcome in shown for f in outcome.findings if f.start is not None})
    return _applied(item, status, share, reason, tuple(times))


def _applied(item: Item, status: str, share: float, reason: str, times: tuple[float, ...] = ()) -> Criterion:
    return Criterion(
        id=item.id,
        name=_(item.name),
        kind=item.kind,
        status=status,
        points=round(item.weight * share, 4),
        weight=item.weight,
        reason=reason,
        source=item.source,
        tip=_(item.tip),
        times=times,
    )


def _check(want: Want, evidence: _Evidence) -> _Outcome:
    return _check_measure(want, evidence) if want.measure else _check_markers(want, evidence)


def _check_measure(want: Want, evidence: _Evidence) -> _Outcome:
    measure = evidence.measures.get(want.measure)
    if measure is None or measure.value is None:
        why = measure.reason if measure and measure.reason else _("not measured in this recording")
        return _Outcome(None, why)
    if measure.grade not in SCORED_GRADES:
        return _Outcome(None, fill("grade {grade}: described, never scored", grade=measure.grade))
    least, most, own = want.low, want.high, None
    if measure.baseline is not None and not (measure.low is None and measure.high is None):
        least = measure.low if least is not None and measure.low is not None else least
        most = measure.high if most is not None and measure.high is not None else most
        own = measure.baseline
    low = least is None or measure.value >= least
    high = most is None or measure.value <= most
    if least is not None and most is not None:
        wanted = fill("{low:.3g} to {high:.3g}", low=least, high=most)
    elif least is not None:
        wanted = fill("at least {low:.3g}", low=least)
    else:
        wanted = fill("at most {high:.3g}", high=most)
    said = {"value": measure.value, "unit": _(measure.unit), "wanted": wanted}
    if own is None:
        return _Outcome(low and high, fill("{value:.3g} {unit}; wanted {wanted}", **said))
    return _Outcome(
        low and high, fill("{value:.3g} {unit}; wanted {wanted}, around your own {own:.3g}", own=own, **said)
    )


def _check_markers(want: Want, evidence: _Evidence) -> _Outcome:
    known = [marker for marker in want.markers if marker in evidence.grades]
    if known and all(marker in evidence.unseen for marker in known):
        return _Outcome(None, evidence.unseen[known[0]])
    if not known:
        if not evidence.grades:
            return _Outcome(None, fill("no rules for language {language!r}", language=evidence.language))
        return _Outcome(
            None,
            fill(
                "no rule of language {language!r} looks for {markers}",
                language=evidence.language,
                markers=", ".join(want.markers),
            ),
        )
    if not any(evidence.grades[marker] in SCORED_GRADES for marker in known):
        return _Outcome(None, _("described only, never scored"))
    everywhere = tuple(finding for finding in evidence.findings if finding.rule in known)
    hits = tuple(finding for finding in everywhere if _within(want, finding, evidence))
    window = _window(want)
    if want.at_least is not None:
        if len(hits) >= want.at_least:
            return _Outcome(True, _heard(len(hits)), hits)
        if any(finding.rule in known and _within(want, finding, evidence) for finding in evidence.unbacked):
            return _Outcome(None, _("heard by the model but not backed by the sound"))
        if everywhere and window and not hits:
            return _Outcome(False, fill("heard, but not {window}", window=window), everywhere)
        heard = _("not heard")
        if hits:
            heard = fill("{heard}, {wanted} wanted", heard=_heard(len(hits)), wanted=want.at_least)
        return _Outcome(
            False, fill("{heard} {window}", heard=heard, window=window) if window else heard, hits
        )
    assert want.at_most is not None
    if len(hits) <= want.at_most:
        return _Outcome(True, _too_many(len(hits), want.at_most) if hits else _("none found"), hits)
    return _Outcome(False, _too_many(len(hits), want.at_most), hits)


def _too_many(found: int, most: int) -> str:
    if most:
        return fill("{found} found, at most {most} wanted", found=found, most=most)
    return fill("{found} found, none wanted", found=found)


def _within(want: Want, finding: Finding, evidence: _Evidence) -> bool:
    checks: list[bool] = []
    if want.first_seconds is not None and finding.start is not None and evidence.begin is not None:
        checks.append(finding.start - evidence.begin <= want.first_seconds)
    if want.last_seconds is not None and finding.start is not None and evidence.end is not None:
        checks.append(evidence.end - finding.start <= want.last_seconds)
    if want.first_turns is not None and finding.turn is not None:
        checks.append(finding.turn in evidence.agent_turns[: want.first_turns])
    if want.last_turns is not None and finding.turn is not None:
        checks.append(finding.turn in evidence.agent_turns[-want.last_turns :])
    return any(checks) if checks or _window(want) else True


def _about(want: Want) -> str:
    return want.measure or want.markers[0]


def _window(want: Want) -> str:
    """The window of a want in words, an empty string for anywhere."""
    first, last = (want.first_seconds, want.first_turns), (want.last_seconds, want.last_turns)
    if None not in first:
        return fill("in the first {seconds:g} s or {turns} turns", seconds=first[0], turns=first[1])
    if None not in last:
        return fill("in the last {seconds:g} s or {turns} turns", seconds=last[0], turns=last[1])
    if first[0] is not None:
        return fill("in the first {seconds:g} s", seconds=first[0])
    if last[0] is not None:
        return fill("in the last {seconds:g} s", seconds=last[0])
    if first[1] is not None:
        return counted("in the first {n} turn", "in the first {n} turns", n=first[1])
    if last[1] is not None:
        return counted("in the last {n} turn", "in the last {n} turns", n=last[1])
    return ""


def _heard(count: int) -> str:
    if count <= 2:
        return _("heard once") if count == 1 else _("heard twice")
    return counted("heard {n} time", "heard {n} times", n=count)


def label(identifier: str) -> str:
    """The last part of an id in words: ``courtesy.self_introduction`` becomes "self introduction".

    In the current language, as far as it is the id of a marker, a measure or a phase of ours.
    """
    return _(identifier.rpartition(".")[2].replace("_", " "))


def _sum_up(
    scorecard: Scorecard, criteria: tuple[Criterion, ...], silence: str, speech: float | None
) -> Scores:
    judged = [c for c in criteria if c.status in ("met", "partly", "missed")]
    musts = [c for c in judged if c.kind == "must"]
    total: float | None = None
    passed: bool | None = None
    if silence:
        reason = fill("no total: {why}", why=silence)
    elif not judged:
        reason = fill("no total: {why}", why=_("no criterion could be judged"))
    elif speech is not None and speech < scorecard.least_speech:
        reason = fill(
            "no total: {why}",
            why=fill(
                "{speech:.1f} s of your speech, at least {least:g} s wanted",
                speech=speech,
                least=scorecard.least_speech,
            ),
        )
    else:
        total = round(100 * min(_share(judged), _share(musts) if musts else 1.0), 1)
        passed = all(c.status != "missed" for c in musts) if musts else None
        met = sum(c.status == "met" for c in musts)
        reason = fill(
            "{judged} of {all} criteria judged; {met} of {musts} musts met",
            judged=len(judged),
            all=len(criteria),
            met=met,
            musts=len(musts),
        )
    return Scores(scorecard.id, scorecard.version, total, passed, reason, criteria)


def why_no_total(scores: Scores) -> str:
    """Why there is no total, where there is none, without saying so; scores made in the current language."""
    before, _hole, after = _("no total: {why}").partition("{why}")
    return scores.reason.removeprefix(before).removesuffix(after)


def _share(criteria: Sequence[Criterion]) -> float:
    return sum(c.points for c in criteria) / sum(c.weight for c in criteria)
