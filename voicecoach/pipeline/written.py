"""The way of a transcript, with its recording or alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from voicecoach import evidence, i18n, turns
from voicecoach.errors import TranscriptError
from voicecoach.measures.sound import facts as sound_facts
from voicecoach.measures.sound import sound
from voicecoach.pipeline import judging, recorded, speakers
from voicecoach.pipeline.hearing import Heard, Listened, listen
from voicecoach.pipeline.job import Job
from voicecoach.transcribe import Transcript
from voicecoach.transcripts import fit, lay
from voicecoach.transcripts.roles import Part, parts_of
from voicecoach.transcripts.types import LINES, NONE, STARTS, WORDS, Note
from voicecoach.transcripts.types import Transcript as Written
from voicecoach.types import UNKNOWN, Analysis, Audio, Call, Contours, Layout, Source


def analysis(job: Job, written: Written, path: Path, listener: Callable[[Audio], None] | None) -> Analysis:
    """The analysis of a transcript laid over its recording.

    Raises
    ------
    TranscriptError : it has no times.
    """
    with i18n.using(written.language or ""):
        parts = parts_of(written, job.speakers)
        if written.timing == NONE:
            raise TranscriptError(f"{written.paths[0]}: {Note('untimed_recording').said}")
        recording = recorded.load(job, path)
        listened = listen(recording, recorded.used(job, recording))
        laid = lay.over(parts, listened.raw, listened.own)
        job.clock.stop("acoustics")
        several = len(laid.parts) > len(listened.channels)
        notes = fit.notes(laid.parts, [listened.own[at] for at in laid.channels], recording.duration)
        notes += (Note("one_channel"),) if several else ()
        notes += (Note("starts"),) if written.timing == STARTS else ()
        inner = Listened(
            tuple(listened.channels[at] for at in laid.channels),
            {} if several else listened.bleed,
            tuple(listened.probabilities[at] for at in laid.channels),
            laid.raw,
            laid.own,
        )
        transcript = _as_heard(written.language or "", laid.parts, laid.own, recording.duration)
        given = recorded.Given(laid.parts, notes, serial=several and not lay.overlap(laid.parts))
        found = recorded.judged(job, recording, inner, transcript, {}, given)
    if listener is not None:
        listener(recording)
    return found


def alone(job: Job, written: Written) -> Analysis:
    """The analysis of a transcript without a recording."""
    with i18n.using(written.language or ""):
        return _read(job, written)


def _read(job: Job, transcript: Written) -> Analysis:
    written = lay.placed(transcript)
    timed = written.timing in (LINES, WORDS)
    parts, duration = parts_of(written, job.speakers), lay.lasts(written)
    voices = lay.alone(parts, duration)
    spoken = _as_heard(written.language or "", parts, voices, duration)
    packs = job.packs(spoken)
    words = tuple(tuple(word for one in own for word in one.words) for own in spoken.channels)
    if written.timing != WORDS or any(word.backed is None for own in words for word in own):
        words = tuple(tuple(replace(word, backed=None) for word in own) for own in words)
    heard = Heard(tuple(range(len(parts))), voices, tuple(evidence.Backing(own, {}) for own in words), ())
    who = speakers.of_transcript(job, parts, heard, packs)
    said = turns.build({s.name: own for s, own in zip(who, words, strict=True)})
    if written.timing == NONE:
        said = tuple(replace(turn, start=None, end=None, words=()) for turn in said)
    pack = packs.get("")
    call = Call(
        language=spoken.language,
        duration=duration if written.timing != NONE else 0.0,
        speakers=who,
        turns=said,
        contours={s.name: own for s, own in zip(who, voices, strict=True)} if timed else {},
        separate=all(s.name != UNKNOWN for s in who),
        facts=pack.facts if pack else sound_facts(spoken.language),
        timing=written.timing,
    )
    source = Source(
        path=written.paths[0],
        sha256=written.sha256,
        duration=call.duration,
        original_rate=0,
        container=written.format,
        codec="",
        layout=Layout("none", (), ()),
        speakers=who,
    )
    return judging.judged(
        job, call, packs, spoken, source, {s.name: {} for s in who}, warnings=written.warnings
    )


def _as_heard(
    language: str, parts: Sequence[Part], voices: Sequence[Contours], duration: float
) -> Transcript:
    """The lines of each speaker as a recogniser would give them."""
    known = sound(sound_facts(language))
    return Transcript(
        language,
        1.0,
        tuple(
            lay.segments(
                part.lines,
                own,
                duration=duration,
                syllables=known.count if known else None,
                spaces=known is None or known.spaces,
            )
            for part, own in zip(parts, voices, strict=True)
        ),
    )
