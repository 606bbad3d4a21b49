"""What rules, measures, scorecard and coaching say of a call, put together as its analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voicecoach import baseline, coach, evidence, measures, phases, rules, score, turns
from voicecoach.i18n import _, fill
from voicecoach.pipeline.job import Job, Packs
from voicecoach.transcribe import Transcript
from voicecoach.types import (
    AGENT,
    UNKNOWN,
    Analysis,
    Call,
    ChannelQuality,
    Evidence,
    Finding,
    Match,
    Measure,
    NotMeasured,
    Source,
    Turn,
)

Doubts = Mapping[str, Mapping[tuple[float, float], str]]  # why spans of time are doubted, by speaker
JUDGED = ("courtesy", "listening", "structure")  # by the rules


def judged(
    job: Job,
    call: Call,
    packs: Packs,
    transcript: Transcript,
    source: Source,
    doubts: Doubts,
    *,
    quality: tuple[ChannelQuality, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Analysis:
    """The analysis of a call of which all is known that was heard or read."""
    happened = measures.events(call)
    # by id, in the language of the call where it has the rule
    told = {rule.id: rule for pack in [*packs.values()][::-1] for rule in pack.rules}
    pairs = [
        (match, _finding(match, call, doubts, pack, told[match.rule]))
        for language, pack in packs.items()
        for match in rules.find(
            pack,
            rules.spoken_in(call.turns, language),
            events=() if language else happened,
            rises=measures.rises(call),
        )
    ]
    if len(packs) > 1:
        pairs.sort(key=lambda pair: (pair[0].turn is None, pair[0].turn or 0, pair[0].start_char))
    trusted = tuple(m for m, f in pairs if f.evidence.status != "not_backed")
    findings = tuple(f for _, f in pairs if f.evidence.status != "not_backed")
    unbacked = tuple(f for _, f in pairs if f.evidence.status == "not_backed")
    notices = [n for language, pack in packs.items() for n in _notices(call, doubts, pack, language)]
    happened = measures.announced(happened, notices) if packs else happened
    numbers = measures.measure(call, happened, (*trusted, *notices))
    agent = call.quality.get(AGENT)
    telephone = agent is not None and agent.telephone_band
    own = job.coach.own_values(call.language, telephone=telephone)
    if own is not None:
        numbers = baseline.compare(numbers, own, language=call.language, telephone=telephone)
    grades = {name: rule.grade for name, rule in told.items()}
    hidden = measures.unseen(call, happened)
    unseen = {r.id: why for pack in packs.values() for r in pack.rules if (why := rules.without(r, hidden))}
    scores = score.score(
        job.coach.scorecard,
        findings,
        numbers,
        grades=grades,
        turns=call.turns,
        separate=call.separate,
        language=call.language,
        unbacked=unbacked,
        unseen=unseen,
        unnamed=_(turns.settings().texts["unnamed"]) if call.timing else "",
    )
    advice = coach.coach(
        job.coach.scorecard, scores, findings, numbers, turns=call.turns, language=call.language
    )
    cues = [
        cue
        for language, pack in packs.items()
        for cue in rules.phase_cues(pack, rules.spoken_in(call.turns, language))
    ]
    missing = _not_measured(call, numbers, packs)
    job.clock.stop("rules")
    return Analysis(
        source=source,
        quality=quality,
        warnings=warnings,
        language=call.language,
        turns=call.turns,
        measures=numbers,
        events=happened,
        phases=phases.phases(call.turns, trusted, cues),
        findings=findings,
        unbacked=unbacked,
        scores=scores,
        coaching=advice,
        not_measured=missing,
        contours=call.contours,
        curves=measures.curves(call, happened),
        timings=job.clock.timings(),
        provenance=job.provenance(packs.get(""), transcript, own),
    )


def _notices(call: Call, doubts: Doubts, pack: rules.Pack, language: str) -> tuple[Match, ...]:
    """Announcements of silences in a language that the sound backs."""
    found = []
    for match in rules.announcements(pack, rules.spoken_in(call.turns, language)):
        assert match.turn is not None
        turn = call.turns[match.turn]
        backing = evidence.of_span(turn, match.start_char, match.end_char, doubts[turn.speaker])
        if backing.status != "not_backed":
            found.append(match)
    return tuple(found)


def _finding(match: Match, call: Call, doubts: Doubts, pack: rules.Pack, told: rules.Rule) -> Finding:
    """A match as a finding; what it says to the agent is in the words of the rule that is ``told``."""
    rule = pack.rule(match.rule)
    turn: Turn | None = None if match.turn is None else call.turns[match.turn]
    if (turn is None or match.end_char <= match.start_char) and call.timing:
        backing = Evidence("not_checked", match.reason or evidence.reason("text"))
    elif turn is None or match.end_char <= match.start_char:
        backing = Evidence("backed", match.reason or evidence.reason("timed"))
    else:
        backing = evidence.of_span(turn, match.start_char, match.end_char, doubts[turn.speaker])
    return Finding(
        rule=rule.id,
        category=rule.category,
        polarity=rule.polarity,
        speaker=turn.speaker if turn else AGENT,
        turn=match.turn,
        start=match.start,
        end=match.end,
        quote=match.quote,
        message=told.message,
        advice=told.advice,
        grade=rule.grade,
        source=rule.source,
        evidence=backing,
    )


def _not_measured(call: Call, numbers: Sequence[Measure], packs: Packs) -> tuple[NotMeasured, ...]:
    own = [m for m in numbers if m.speaker in (AGENT, UNKNOWN)]
    missing = [NotMeasured(m.id, m.reason) for m in own if m.value is None]
    texts = turns.settings().texts
    if not call.turns:
        why = _(texts["no_words"])
    elif "" not in packs:
        why = fill(texts["no_pack"], language=call.language, known=", ".join(rules.languages()))
    elif not any(s.name == AGENT for s in call.speakers):
        why = _(texts["unnamed" if call.timing else "no_agent"])
    else:
        why = phases.why_not(call.turns)
        missing += [NotMeasured("structure.phases", why)] if why else []
        silent = [turn for turn in call.turns if turn.language and turn.language not in packs]
        for language in dict.fromkeys(turn.language for turn in silent):
            left_out = [turn for turn in silent if turn.language == language]
            why = fill(
                texts["other_language"],
                turns=len(left_out),
                seconds=sum((turn.end or 0.0) - (turn.start or 0.0) for turn in left_out),
                language=language,
                known=", ".join(rules.languages()),
            )
            missing += [NotMeasured(category, why) for category in JUDGED]
        return tuple(missing)
    return (*missing, *(NotMeasured(category, why) for category in JUDGED))
