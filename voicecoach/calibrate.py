"""A person's own values, from a passage read aloud or from their own practice calls.

The passage is known, so its syllables (morae, characters) are: the pace is reached from them and from what
the recogniser heard, and is the former where the two agree. Limits, texts and passages stand in
calibration.yaml. Times are seconds, levels dBFS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voicecoach import audio, pipeline
from voicecoach.acoustics.voice import runs
from voicecoach.baseline import READ, SPONTANEOUS, Baseline, Usual
from voicecoach.datafile import read_file
from voicecoach.errors import UsageError
from voicecoach.i18n import _, fill
from voicecoach.measures.definitions import threshold
from voicecoach.measures.sound import Sound, facts, sound
from voicecoach.types import AGENT, Analysis, ChannelQuality, Coaching, Measure, Scores

if TYPE_CHECKING:
    from datetime import datetime

    from voicecoach.history import History, Point, Take
    from voicecoach.record import Microphone, Preflight
    from voicecoach.record.capture import Captured
    from voicecoach.record.meter import Live
    from voicecoach.record.wav import WavWriter

PACE, SPEECH = "pace.articulation_rate", "pace.speech_rate"


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of calibration.yaml; ``names`` are those of the measures of a baseline, by id."""

    limits: Mapping[str, float]
    sources: Mapping[str, str]
    names: Mapping[str, str]
    texts: Mapping[str, str]
    passages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What reading a passage says of a voice, a room and a microphone.

    ``baseline`` is None where the passage was not read; ``why`` then says so. ``errors`` is the share of its
    letters (characters) that were heard otherwise. ``pace_note`` tells how the two
    ways to count the syllables agree, ``advice`` what to do about microphone and room.
    """

    analysis: Analysis
    errors: float
    baseline: Baseline | None
    why: str
    measures: tuple[Measure, ...]
    pace_note: str
    advice: tuple[str, ...]


@cache
def settings() -> Settings:
    """Read calibration.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("calibration.yaml")).fields(
        ("version", "limits", "measures", "texts", "passages")
    )
    limits = {key: value.fields(("value", "source")) for key, value in file["limits"].mapping().items()}
    return Settings(
        limits={key: value["value"].number() for key, value in limits.items()},
        sources={key: value["source"].text() for key, value in limits.items()},
        names={key: value.text() for key, value in file["measures"].mapping().items()},
        texts={key: value.text() for key, value in file["texts"].mapping().items()},
        passages={key: value.text() for key, value in file["passages"].mapping().items()},
    )


def passage(language: str) -> str:
    """Return the passage to read in a language.

    Raises
    ------
    UsageError
        There is none.
    """
    known = settings().passages
    if language not in known:
        raise UsageError(
            fill(
                "there is no passage in {language!r}; there are: {known}",
                language=language,
                known=", ".join(known),
            )
        )
    return known[language]


def record(
    microphone: Microphone,
    writer: WavWriter,
    *,
    stopped: Callable[[], bool],
    show: Callable[[Live], None],
    checked: Callable[[Preflight], None] | None = None,
) -> Captured:
    """Record until a key, a silence that follows the reading, Ctrl-C, or for as long as it may take at most.

    The parameters and errors are those of ``record.capture``.
    """
    from voicecoach.record.capture import capture

    limits = settings().limits
    return capture(
        microphone,
        writer,
        seconds=limits["most"],
        until_silence=limits["silence"],
        least=limits["least"],
        stopped=stopped,
        show=show,
        checked=checked,
    )


def calibrate(
    path: str | Path,
    language: str,
    *,
    coach: pipeline.Coach,
    progress: Callable[[float], None] | None = None,
) -> Calibration:
    """Analyse a recording of the passage of a language.

    Parameters
    ----------
    path : a recording of one person; where it has a channel for each speaker, the settings of ``coach`` say
        which is the agent's.
    language : a language with a passage.
    coach : the settings of the analysis, made ready; their language is not looked at.
    progress : called with the share of the speech transcribed so far, 0..1.

    Raises
    ------
    UsageError : there is no passage in the language, or two channels hold a voice and none is named.
    AudioError, ModelError : as ``pipeline.analyse``.
    """
    passage(language)
    roles = coach.roles
    if not roles:
        layout = audio.load(path).layout
        if len(layout.used) > 1:
            raise UsageError(f"{path}: {_(settings().texts['two_sides'])}")
        roles = {AGENT: layout.names[(layout.used or (0,))[0]]}
    coach = replace(
        coach, settings=replace(coach.settings, language=language, stored=()), roles=roles, own=None
    )
    return of_analysis(pipeline.analyse(path, coach=coach, progress=progress), language)


def of_analysis(analysis: Analysis, language: str, *, day: datetime | None = None) -> Calibration:
    """Make own values of the analysis of a passage read aloud; ``day`` is when, today when None."""
    texts, limits = settings().texts, settings().limits
    known = sound(facts(language))
    heard = [
        w.text
        for turn in analysis.turns
        if turn.speaker == AGENT
        for w in turn.words
        if w.backed is not False
    ]
    errors = _errors(passage(language), heard)
    channel = next((s.channel for s in analysis.source.speakers if s.name == AGENT), None)
    quality = analysis.quality[channel or 0]
    own = {m.id: m for m in analysis.measures if m.speaker == AGENT and m.value is not None}
    seconds = _articulated(analysis)
    measures, note = _paced(own, known, passage(language), seconds)
    why = ""
    if errors > limits["errors"]:
        why = fill(texts["not_read"], percent=100 * errors)
    elif PACE not in own or "pitch.median" not in own:
        why = _(texts["no_voice"])
    shown = tuple(measures[id_] for id_ in settings().names if id_ in measures)
    values = {m.id: Usual(m.value, m.unit) for m in shown if m.value is not None}
    source = fill(texts["source_reading"], day=_day(day))
    return Calibration(
        analysis=analysis,
        errors=errors,
        baseline=None if why else Baseline(language, quality.telephone_band, values, source, READ),
        why=why,
        measures=shown,
        pace_note=note,
        advice=_advice(quality),
    )


def keep(history: History, agent: str, recording: Path | Take, found: Calibration) -> None:
    """Keep a reading in the history: the recording, its measures, and the own values it gives.

    ``recording`` is copied in where it is not a take of the history already.

    Raises
    ------
    UsageError : the passage was not read.
    """
    if found.baseline is None:
        raise UsageError(found.why)
    take = (
        history.add_file(agent, recording, kind="calibration") if isinstance(recording, Path) else recording
    )
    done, why = found.analysis, _(settings().texts["no_call"])
    history.add_analysis(
        take.number,
        replace(
            done,
            source=replace(done.source, path=str(take.recording)),
            findings=(),
            unbacked=(),
            phases=(),
            scores=Scores(done.scores.scorecard, done.scores.version, None, None, why, ()),
            coaching=Coaching(None, None, None, why),
        ),
    )
    history.set_baseline(agent, found.baseline)


def from_takes(
    agent: str, takes: Sequence[Take], series: Mapping[str, Sequence[Point]], *, language: str | None = None
) -> Baseline:
    """Make own values of the practice calls of a person: the middle of each measure, and its spread.

    Of several languages and kinds of line that with most calls is taken.

    Parameters
    ----------
    agent : whose they are, for messages.
    takes, series : as ``History.takes`` and ``History.series`` give them.
    language : only calls in this one; any when None.

    Raises
    ------
    UsageError : there are too few.
    """
    texts, least = settings().texts, int(settings().limits["takes"])
    number = {take.number: take for take in takes if take.kind == "practice"}
    kinds = Counter(
        (p.language, p.telephone)
        for p in series.get(PACE, ())
        if p.take in number and language in (None, p.language)
    )
    (kind, count) = kinds.most_common(1)[0] if kinds else (("", False), 0)
    if count < least:
        raise UsageError(fill(texts["takes_few"], count=count, agent=agent, takes=least))
    values, used = {}, set()
    for id_ in settings().names:
        points = [p for p in series.get(id_, ()) if p.take in number and (p.language, p.telephone) == kind]
        if len(points) >= least:
            numbers = [p.value for p in points]
            values[id_] = Usual(
                float(np.median(numbers)), points[0].unit, float(np.std(numbers, ddof=1)), len(numbers)
            )
            used |= {p.take for p in points}
    last = max(number[k].started for k in used)
    source = fill(texts["source_takes"], count=len(used), day=_day(last))
    return Baseline(kind[0], kind[1], values, source, SPONTANEOUS)


def _day(when: datetime | None) -> str:
    from datetime import datetime as clock

    return f"{(when or clock.now().astimezone()).astimezone():%Y-%m-%d}"


def _errors(text: str, heard: Sequence[str]) -> float:
    """Return the share of the letters of a text that were heard otherwise.

    Letters, not words: a small model spells the words of a rarer language wrongly, yet near what was said.
    """
    wanted, got = _bare([text]), _bare(heard)
    got = got[: 4 * len(wanted)]  # what is so much longer is another text anyway
    row = list(range(len(got) + 1))
    for at, token in enumerate(wanted, 1):
        before, row[0] = row[0], at
        for k, other in enumerate(got, 1):
            before, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, before + (token != other))
    return row[-1] / max(len(wanted), 1)


def _bare(texts: Sequence[str]) -> str:
    return "".join(c for c in "".join(texts).casefold().replace("ё", "е") if c.isalnum())


def _articulated(analysis: Analysis) -> float:
    """Return the seconds of the agent's speech, pauses left out; 0 where the sound is not at hand."""
    contours = analysis.contours.get(AGENT)
    if contours is None or not contours.voice.any():
        return 0.0
    voiced = np.flatnonzero(contours.voice)
    inside = contours.voice[voiced[0] : voiced[-1] + 1]
    gaps = [end - first for first, end in runs(~inside)]
    pauses = sum(gap for gap in gaps if gap * contours.hop >= threshold("pause"))
    return float((len(inside) - pauses) * contours.hop)


def _paced(
    own: Mapping[str, Measure], known: Sound | None, text: str, seconds: float
) -> tuple[dict[str, Measure], str]:
    """Return the measures with the pace of the known text where it agrees with what was heard, and a note."""
    measures, texts = dict(own), settings().texts
    heard = own.get(PACE)
    if heard is None or not heard.value or known is None or not seconds:
        return measures, ""
    ratio = known.count(text) / seconds / heard.value
    apart = round(100 * (1 / ratio - 1)) + 0.0  # no "-0"
    if abs(ratio - 1) > settings().limits["agree"]:
        note = fill(texts["pace_heard"], text=ratio * heard.value, apart=100 * (ratio - 1))
        return measures, note
    for id_ in (PACE, SPEECH):
        found = measures.get(id_)
        if found is not None and found.value is not None:
            measures[id_] = replace(found, value=found.value * ratio)
    return measures, fill(texts["pace_one"], heard=heard.value, apart=apart)


def _advice(quality: ChannelQuality) -> tuple[str, ...]:
    texts, limits, level = settings().texts, settings().limits, quality.level
    if level is None:
        said = [_(texts["level_none"])]
    else:
        kind = "quiet" if level < limits["quiet"] else "loud" if level > limits["loud"] else "good"
        said = [fill(texts[f"level_{kind}"], level=level)]
    if quality.noise_floor is not None and quality.snr is not None:
        said.append(fill(texts["noise"], noise=quality.noise_floor, snr=quality.snr))
    else:
        said.append(_(texts["noise_none"]))
    if quality.telephone_band:
        said.append(_(texts["telephone"]))
    return (*said, *quality.warnings)
