"""Analyses made by hand, for everything that reads one: scores, coaching, reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicecoach.coach import coach
from voicecoach.score import Scorecard, load_scorecard, score
from voicecoach.types import (
    Analysis,
    ChannelQuality,
    Curve,
    Event,
    Evidence,
    Finding,
    Layout,
    Measure,
    NotMeasured,
    Phase,
    Source,
    Speaker,
    Turn,
    Word,
)

BACKED = Evidence("backed", "voiced sound under every word")
NOT_BACKED = Evidence("not_backed", "no voiced sound under the words")

TEXTS = {  # message and advice of a marker, as a pack would give them
    "courtesy.greeting": ("You greeted the customer.", ""),
    "courtesy.self_introduction": ("You gave your name.", ""),
    "courtesy.offer_help": ("You offered help.", ""),
    "courtesy.thanks": ("You thanked the customer.", "Say what you are thanking them for."),
    "courtesy.hold": ("You announced a wait.", ""),
    "courtesy.hold_return": ("You came back after the wait.", ""),
    "courtesy.anything_else": ("You asked whether there is something else.", ""),
    "courtesy.closing": ("You said goodbye.", ""),
    "courtesy.dismissive": ("You asked the customer to calm down.", "Name what you heard instead."),
    "courtesy.apology": ("You apologised.", ""),
    "listening.open_question": ("You asked an open question.", ""),
    "listening.closed_question": ("You asked a question for yes or no.", ""),
    "listening.echo": ("You said the customer's own words back.", ""),
    "listening.empathy": ("You named the customer's difficulty.", ""),
    "listening.interruption": ("You began before the customer had finished.", "Count one beat first."),
    "listening.unacknowledged_problem": ("A difficulty went without a word.", "Name it first."),
    "structure.ownership": ("You said what you would do yourself.", ""),
    "structure.options": ("You gave the customer a choice.", ""),
    "delivery.unannounced_silence": ("A wait nobody had announced.", "Say what you are looking up."),
}
NEGATIVE = ("courtesy.dismissive", "listening.interruption", "listening.unacknowledged_problem")
NEGATIVE += ("delivery.unannounced_silence",)
NEUTRAL = ("listening.closed_question",)
GRADES = dict.fromkeys(
    (
        *TEXTS,
        "listening.confirmation",
        "listening.reflection",
        "listening.summary",
        "listening.advice_first",
        "structure.what",
        "courtesy.blame",
        "courtesy.flat_refusal",
        "courtesy.blunt_command",
        "courtesy.careless_wording",
        "courtesy.other_department",
        "delivery.monologue",
    ),
    "B",
)


def turn(speaker: str, start: float, end: float, text: str) -> Turn:
    """A turn whose words share its time evenly."""
    pieces = text.split()
    step = (end - start) / len(pieces)
    words = tuple(
        Word(piece, start + index * step, start + (index + 0.9) * step, 0.9, True)
        for index, piece in enumerate(pieces)
    )
    return Turn(speaker, text, start, end, words)


def finding(
    rule: str,
    turns: Sequence[Turn],
    index: int | None,
    quote: str = "",
    start: float | None = None,
    **other: str,
) -> Finding:
    """A finding in a turn; it starts with the turn unless ``start`` says otherwise."""
    begin = start if start is not None else None if index is None else turns[index].start
    message, advice = TEXTS[rule]
    return Finding(
        rule=rule,
        category=rule.split(".")[0],
        polarity="negative" if rule in NEGATIVE else "neutral" if rule in NEUTRAL else "positive",
        speaker=other.get("speaker", "agent"),
        turn=index,
        start=begin,
        end=None if begin is None else begin + 1.0,
        quote=quote,
        message=message,
        advice=advice,
        grade=other.get("grade", "B"),
        source="made by hand",
        evidence=BACKED,
    )


def measure(identifier: str, value: float | None, unit: str, reason: str = "", **other: object) -> Measure:
    fields = {"grade": "A", "low": None, "high": None, **other}
    return Measure(identifier, "agent", value, unit, reason=reason, **fields)  # type: ignore[arg-type]


GOOD_TURNS = (
    turn("agent", 1.2, 5.0, "Good morning, Northside Bikes, my name is Dana. How can I help you?"),
    turn("customer", 5.4, 11.0, "Hello. The brake squeals since Monday and I am a bit worried."),
    turn(
        "agent", 11.4, 18.0, "A squealing brake since Monday is worrying, I see. What have you tried so far?"
    ),
    turn("customer", 18.3, 20.0, "Nothing yet."),
    turn("agent", 20.4, 24.0, "May I put you on hold for a moment while I look up the diary?"),
    turn("customer", 24.3, 24.9, "Sure."),
    turn("agent", 31.0, 38.0, "Thank you for waiting. You can come today at four or tomorrow at nine."),
    turn("customer", 38.2, 40.0, "Today, please."),
    turn("agent", 40.3, 46.0, "I will book that for you. Is there anything else I can help you with?"),
    turn("customer", 46.2, 47.5, "No, thank you."),
    turn("agent", 47.8, 50.0, "Thank you for calling. Goodbye."),
)
GOOD_FINDINGS = (
    finding("courtesy.greeting", GOOD_TURNS, 0, "Good morning"),
    finding("courtesy.self_introduction", GOOD_TURNS, 0, "my name is Dana"),
    finding("courtesy.offer_help", GOOD_TURNS, 0, "How can I help you?"),
    finding("listening.echo", GOOD_TURNS, 2, "squealing brake since Monday"),
    finding("listening.empathy", GOOD_TURNS, 2, "A squealing brake since Monday is worrying"),
    finding("listening.open_question", GOOD_TURNS, 2, "What have you tried so far?", 15.8),
    finding("courtesy.hold", GOOD_TURNS, 4, "May I put you on hold for a moment"),
    finding("courtesy.hold_return", GOOD_TURNS, 6, "Thank you for waiting"),
    finding("courtesy.thanks", GOOD_TURNS, 6, "Thank you for waiting"),
    finding("structure.options", GOOD_TURNS, 6, "today at four or tomorrow at nine", 34.2),
    finding("structure.ownership", GOOD_TURNS, 8, "I will book that for you"),
    finding("courtesy.anything_else", GOOD_TURNS, 8, "Is there anything else I can help you with?", 43.0),
    finding("courtesy.thanks", GOOD_TURNS, 10, "Thank you for calling"),
    finding("courtesy.closing", GOOD_TURNS, 10, "Goodbye", 49.4),
)
POOR_TURNS = (
    turn("agent", 0.8, 1.9, "Account number."),
    turn("customer", 2.2, 8.4, "Hello. My line has been down since Friday and nobody has"),
    turn("agent", 7.7, 10.4, "Calm down. I need the number first."),
    turn("customer", 10.8, 16.0, "Five one eight two. I have lost a whole day of work because"),
    turn("agent", 15.2, 19.0, "Right. Is the box switched on?"),
    turn("customer", 19.3, 20.2, "Yes, of course."),
    turn("agent", 29.7, 39.0, "Well, there is a fault in your street. Somebody may come next week. Bye."),
)
POOR_FINDINGS = (
    finding("courtesy.dismissive", POOR_TURNS, 2, "Calm down"),
    finding("listening.interruption", POOR_TURNS, 2, "Calm down."),
    finding("listening.unacknowledged_problem", POOR_TURNS, 2, "I need the number first."),
    finding("listening.interruption", POOR_TURNS, 4, "Right."),
    finding("listening.closed_question", POOR_TURNS, 4, "Is the box switched on?", 16.4),
    finding("delivery.unannounced_silence", POOR_TURNS, None, "", 20.2),
    finding("courtesy.closing", POOR_TURNS, 6, "Bye", 37.5),
)
GOOD_PHASES = (
    Phase("opening", 1.2, 5.0, 0, 0, 'by "Good morning"'),
    Phase("finding_out", 5.4, 20.0, 1, 3, ""),
    Phase("solving", 20.4, 38.0, 4, 6, 'by "May I put you on hold for a moment"'),
    Phase("deciding", 38.2, 40.0, 7, 7, ""),
    Phase("closing", 40.3, 50.0, 8, 10, 'by "Is there anything else I can help you with?"'),
)
POOR_PHASES = (
    Phase("solving", 0.8, 10.4, 0, 2, ""),
    Phase("finding_out", 10.8, 39.0, 3, 6, 'by "Is the box switched on?"'),
)
MEASURES = (
    measure("pace.articulation_rate", 4.62, "syllables/s", "usual in English", low=3.3, high=5.9),
    measure("pace.words_per_minute", 151.0, "words/min", "words over speaking time"),
    measure("pauses.within_clause_rate", 2.1, "per minute", "pauses of 0.25 s and more", grade="B"),
    measure("talk.share", 58.0, "%", "of all speech"),
    measure("talk.longest_monologue", 8.3, "s"),
    measure("talk.response_latency", 0.41, "s", "median of 5 answers"),
    measure("talk.interruptions", 2.0, "", "", grade="B"),
    measure("talk.unannounced_silence", 9.5, "s", "silences of 3 s and more"),
    measure("pitch.spread", 4.3, "semitones", "10th to 90th percentile", grade="B"),
    measure("voice.hnr", 14.2, "dB", grade="C"),
    measure(
        "fillers.heard_rate",
        None,
        "per min",
        "the voice stands 6 dB above the noise, too little for this; it takes 10 dB",
        grade="B",
    ),
)
EVENTS = (
    Event("silence", "agent", 20.2, 29.7, "after the customer"),
    Event("interruption", "agent", 7.7, 8.4, "the customer stopped"),
)


def quality(name: str, **other: object) -> ChannelQuality:
    fields: dict[str, object] = {
        "level": -23.1,
        "peak": -3.0,
        "noise_floor": -61.0,
        "snr": 38.0,
        "clipping": 0.0,
        "dc_offset": 0.0001,
        "bandwidth": 7600.0,
        "telephone_band": False,
        "silent": False,
    }
    return ChannelQuality(name=name, **{**fields, **other})  # type: ignore[arg-type]


def analysis(
    turns: Sequence[Turn] = GOOD_TURNS,
    findings: Sequence[Finding] = GOOD_FINDINGS,
    measures: Sequence[Measure] = MEASURES,
    *,
    path: str = "good_call.wav",
    separate: bool = True,
    scorecard: Scorecard | None = None,
    unbacked: Sequence[Finding] = (),
    phases: tuple[Phase, ...] = (),
) -> Analysis:
    """An analysis with scores and coaching as the default scorecard gives them."""
    card = scorecard or load_scorecard()
    scores = score(
        card,
        findings,
        measures,
        grades=GRADES,
        turns=turns,
        separate=separate,
        language="en",
        unbacked=unbacked,
    )
    names = ("left", "right") if separate else ("mono",)
    speakers = (Speaker("agent", 0, names[0], "greets and offers help first"),)
    if separate:
        speakers += (Speaker("customer", 1, "right", "the other channel"),)
    return Analysis(
        source=Source(
            path=path,
            sha256="0" * 64,
            duration=52.0,
            original_rate=16000,
            container="wav",
            codec="pcm_s16le",
            layout=Layout("split" if separate else "mono", names, tuple(range(len(names)))),
            speakers=speakers,
        ),
        quality=tuple(quality(name) for name in names),
        warnings=(),
        language="en",
        turns=tuple(turns),
        measures=tuple(measures),
        events=EVENTS if separate else (),
        phases=phases,
        findings=tuple(findings),
        unbacked=tuple(unbacked),
        scores=scores,
        coaching=coach(card, scores, findings, measures, turns=turns, language="en"),
        not_measured=(NotMeasured("courtesy.name_use", "the customer's name is not known"),),
        contours={},
        curves={"pace": {"agent": Curve("syllables/s", 1.0, 10.0, (4.5, 4.75, float("nan")))}},
        timings={"decode": 0.1, "transcribe": 8.25, "acoustics": 0.4, "rules": 0.02, "total": 8.8},
        provenance={"voicecoach": "0.1.0", "model": {"name": "base", "sha256": "1" * 64}},
    )


def good() -> Analysis:
    """A courteous call on two channels."""
    return analysis(phases=GOOD_PHASES)


def poor() -> Analysis:
    """A call with interruptions, a dismissive remark and a long silence."""
    return analysis(POOR_TURNS, POOR_FINDINGS, path="poor_call.wav", phases=POOR_PHASES)


def alone() -> Analysis:
    """The agent's side only, on one channel."""
    turns = tuple(replace(turn, words=turn.words) for turn in GOOD_TURNS if turn.speaker == "agent")
    places = {GOOD_TURNS.index(turn): index for index, turn in enumerate(turns)}
    findings = tuple(replace(f, turn=places[f.turn]) for f in GOOD_FINDINGS if f.turn is not None)
    reason = "one channel with one voice: the customer is not heard"
    measures = tuple(
        replace(m, value=None, reason=reason, low=None, high=None) if m.id.startswith("talk.") else m
        for m in MEASURES
    )
    return analysis(turns, findings, measures, path="agent_alone.wav", separate=False)


def silent() -> Analysis:
    """A recording without a sound."""
    nothing = tuple(
        replace(m, value=None, reason="no speech in the recording", low=None, high=None) for m in MEASURES
    )
    found = analysis((), (), nothing, path="silent.wav", separate=False)
    silence = quality("mono", level=None, noise_floor=None, snr=None, bandwidth=None, silent=True)
    return replace(
        found,
        language="",
        quality=(silence,),
        warnings=("mono: no sound",),
        source=replace(found.source, speakers=()),
    )


def two_voices() -> Analysis:
    """Two people on one channel."""
    turns = tuple(replace(turn, speaker="unknown") for turn in GOOD_TURNS)
    reason = "two voices on one channel"
    measures = tuple(replace(m, value=None, reason=reason, low=None, high=None) for m in MEASURES)
    found = analysis(turns, (), measures, path="two_voices.wav", separate=False)
    unknown = Speaker("unknown", 0, "mono", "more than one voice on one channel")
    return replace(found, source=replace(found.source, speakers=(unknown,)))


ALL = {"good": good, "poor": poor, "alone": alone, "silent": silent, "two_voices": two_voices}

if __name__ == "__main__":  # write the golden pages anew; read the difference before committing it
    from pathlib import Path

    from voicecoach.reports import text

    for name, make in ALL.items():
        path = Path(__file__).parent / "golden" / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.render([make()]), encoding="utf-8")
