"""A bundle of one take, or of one clip of it, to give away on purpose: sound, and what was found in it.

What goes in is picked, never what stays out: nothing of other takes, no self-rating, no names of files,
and the person's name only where it is asked for. Times in a clip count from its beginning.
"""

from __future__ import annotations

import hashlib
import io
import json
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voicecoach import audio, reports
from voicecoach.errors import UsageError
from voicecoach.history import History, Take
from voicecoach.measures import sound
from voicecoach.redact import BLEEPED
from voicecoach.redact.bleep import bleep
from voicecoach.reports.text import clean, clock
from voicecoach.types import Analysis, Audio, Turn

SOUND, REPORT, DOCUMENT, ABOUT = "recording.wav", "report.txt", "report.json", "about.txt"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # no time of the day in the bundle, and the same bytes each time
_ABOUT = """\
This was shared on purpose, with voicecoach share.

In it: {inside}.
Not in it: {outside}.

Voices can be recognised, and names that are spoken are in the sound{words}.
"""

_PRIVATE = ("baseline", "transcript", "speakers")  # what provenance holds of people and folders


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was written: the files inside with their sizes in bytes, and what was left out, in words."""

    path: Path
    files: tuple[tuple[str, int], ...]
    outside: tuple[str, ...]


def share(
    history: History,
    number: int,
    path: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    transcript: bool = True,
    name: bool = False,
) -> Bundle:
    """Write a bundle of a take, or of its seconds ``start`` to ``end``, as a zip file.

    ``transcript``: whether words are written out; ``name``: whether the person is named.

    Raises
    ------
    UsageError
        There is no such take, its recording is gone, the clip is not inside it, or ``path`` is there already.
    OutputError
        The bundle cannot be written; nothing is left of it.
    """
    take, analysis = history.take(number), history.analysis(number)
    if path.exists():
        raise UsageError(f"{path}: is there already; choose another name")
    if take.recording is None or not take.recording.exists() or take.status == "recording":
        raise UsageError(f"take {number} has no recording to share")
    recording = audio.load(take.recording)
    first, last = start or 0.0, recording.duration if end is None else end
    if not 0 <= first < last <= recording.duration + 0.05:
        length = clock(recording.duration)
        raise UsageError(f"{clock(first)} to {clock(last)} is no part of take {number}, which lasts {length}")
    whole = start is None and end is None
    times = analysis.provenance.get(BLEEPED) if analysis is not None else None
    if times:
        recording = replace(recording, samples=bleep(recording.samples, times, recording.rate))
    cut = _cut(recording, first, last)
    files = {SOUND: cut}
    if analysis is not None and whole and transcript:
        public = _public(analysis, cut)
        files[REPORT] = reports.FORMATS["text"].render([public]).encode()
        files[DOCUMENT] = reports.FORMATS["json"].render([public]).encode()
    elif analysis is not None:
        part = _part(analysis, first, last, whole=whole, transcript=transcript)
        files[REPORT] = ("\n".join(_page(part)) + "\n").encode()
        files[DOCUMENT] = (json.dumps(part, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()
    outside = tuple(_outside(take, whole=whole, transcript=transcript, name=name, found=analysis is not None))
    files[ABOUT] = _about(take, first, last, outside, whole=whole, transcript=transcript, name=name).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file, content in files.items():
            entry = zipfile.ZipInfo(file, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            bundle.writestr(entry, content)
    reports.write_bytes(path, [packed.getvalue()], mode=0o600)
    return Bundle(path, tuple((file, len(content)) for file, content in files.items()), outside)


def _cut(recording: Audio, start: float, end: float) -> bytes:
    """A part of a recording as WAV, all channels."""
    samples = recording.samples[:, round(start * recording.rate) : round(end * recording.rate)]
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(recording.rate)
        file.writeframes(samples.T.astype("<i2").tobytes())
    return packed.getvalue()


def _public(analysis: Analysis, cut: bytes) -> Analysis:
    """An analysis that does not say where the recording and the own values came from."""
    source = replace(analysis.source, path=SOUND, sha256=hashlib.sha256(cut).hexdigest())
    made = {key: value for key, value in analysis.provenance.items() if key not in _PRIVATE}
    return replace(analysis, source=source, provenance=made)


def _part(analysis: Analysis, start: float, end: float, *, whole: bool, transcript: bool) -> dict[str, Any]:
    """What was found between two times."""

    def inside(at: float | None) -> bool:
        return at is not None and start <= at < end

    def since(at: float | None) -> float | None:
        return None if at is None else round(min(at, end) - start, 3)

    found: dict[str, Any] = {
        "language": analysis.language,
        "duration": round(end - start, 3),
        "findings": [
            {
                "rule": f.rule,
                "polarity": f.polarity,
                "speaker": f.speaker,
                "start": since(f.start),
                "end": since(f.end),
                "message": f.message,
                "advice": f.advice,
                **({"quote": f.quote} if transcript else {}),
            }
            for f in analysis.findings
            if inside(f.start)
        ],
    }
    if transcript:
        known = sound.sound(sound.facts(analysis.language))
        space = " " if known is None or known.spaces else ""
        found["turns"] = [
            {"speaker": turn.speaker, "start": since(words[0][0]), "text": space.join(w for _, w in words)}
            for turn in analysis.turns
            if (words := _words(turn, start, end))
        ]
    if whole:
        found["measures"] = [
            {"id": m.id, "speaker": m.speaker, "value": m.value, "unit": m.unit, "grade": m.grade}
            for m in analysis.measures
        ]
    return found


def _words(turn: Turn, start: float, end: float) -> list[tuple[float, str]]:
    return [(word.start, word.text.strip()) for word in turn.words if start <= word.start and word.end <= end]


def _page(part: dict[str, Any]) -> Iterator[str]:
    """The findings of a part, to read."""
    yield f"{clock(part['duration'])} of a take, language {clean(part['language']) or 'not known'}"
    yield ""
    for found in part["findings"]:
        quote = f'  "{clean(found["quote"])}"' if found.get("quote") else ""
        yield f"  {clock(found['start'])}  {found['rule']}{quote}"
        yield f"          {clean(found['message'])}"
    if not part["findings"]:
        yield "  nothing was found in it"
    for turn in part.get("turns", ()):
        yield ""
        yield f"  {clock(turn['start'])}  {turn['speaker']}: {clean(turn['text'])}"
    for measure in part.get("measures", ()):
        if measure["value"] is not None:
            yield f"  {measure['id']}  {measure['value']:.3g} {measure['unit']}"


def _outside(take: Take, *, whole: bool, transcript: bool, name: bool, found: bool) -> Iterator[str]:
    yield "other takes and self-ratings"
    if not name:
        yield "the name of the person"
    if not whole:
        yield "the rest of the take, its measures and its scores"
    if not found:
        yield "a report, because the take is not analysed"
    elif not transcript:
        yield "the words, written out, and what was judged by them as a whole"


def _about(
    take: Take,
    start: float,
    end: float,
    outside: tuple[str, ...],
    *,
    whole: bool,
    transcript: bool,
    name: bool,
) -> str:
    what = "a whole take" if whole else f"{clock(start)} to {clock(end)} of a take"
    of = f" of the scenario {clean(take.scenario)}" if take.scenario else ""
    who = f" by {clean(take.agent)}" if name else ""
    return _ABOUT.format(
        inside=f"{what}{who}{of}, {clock(end - start)} of sound",
        outside="; ".join(outside),
        words=" and in the report" if transcript else "",
    )
