"""The way of a recording: its sound, its words, who speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voicecoach import audio, evidence, i18n, quality, turns
from voicecoach.known import Known
from voicecoach.measures.sound import facts as sound_facts
from voicecoach.pipeline import judging, speakers
from voicecoach.pipeline.hearing import Heard, Listened, back, listen
from voicecoach.pipeline.job import Job
from voicecoach.transcribe import DecodeOptions, Progress, Transcript
from voicecoach.transcripts.roles import Part
from voicecoach.transcripts.types import Note
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Analysis, Audio, Call, Floats, Source, Speaker


@dataclass(frozen=True, slots=True)
class Given:
    """What a transcript says of its recording, by the positions of what is listened to."""

    parts: Sequence[Part] = ()
    notes: Sequence[Note] = ()
    serial: bool = False  # whether its speakers never speak at once


NOTHING = Given()


def analysis(
    job: Job, path: Path, progress: Progress | None, listener: Callable[[Audio], None] | None
) -> Analysis:
    """The analysis of a recording whose words are transcribed, or known for some channels."""
    recording = load(job, path)
    listened = listen(recording, used(job, recording), meanwhile=lambda found: _load_model(job, found))
    job.clock.stop("acoustics")

    def decoded(share: float) -> None:
        recording.release()
        if progress is not None:
            progress(share)

    lines = {
        listened.channels.index(audio.find_channel(recording.layout, job.roles[speaker])): said
        for speaker, said in job.known.items()
    }
    unknown = [at for at in range(len(listened.channels)) if at not in lines]
    transcript = job.coach.whisper.transcribe(
        [recording.samples[listened.channels[at]] for at in unknown],
        [evidence.near_voice(listened.probabilities[at], listened.own[at]) for at in unknown],
        language=job.coach.settings.language,
        options=DecodeOptions(beam_size=job.coach.settings.beam_size),
        progress=decoded,
    )
    job.clock.stop("transcribe")
    with i18n.using(transcript.language):
        found = judged(job, recording, listened, transcript, lines)
    if listener is not None:
        listener(recording)
    return found


def judged(
    job: Job,
    recording: Audio,
    listened: Listened,
    transcript: Transcript,
    lines: Mapping[int, Sequence[Known]],
    given: Given = NOTHING,
) -> Analysis:
    """The analysis of what was listened to, with its texts in the current language.

    ``transcript`` has the words of each position that has no known ``lines``.
    """
    packs = job.packs(transcript)
    pack = packs.get("")
    facts = pack.facts if pack else sound_facts(transcript.language)
    unknown = [at for at in range(len(listened.channels)) if at not in lines]
    heard = back(dict(zip(unknown, transcript.channels, strict=True)), lines, listened, facts)
    if given.parts and (not job.roles or len(set(heard.used)) < len(heard.used)):
        found = speakers.of_transcript(job, given.parts, heard, packs, recording.layout.names)
    else:
        found = speakers.of_recording(job, recording, heard, packs)
    call, doubts = _call(recording, heard, found, transcript.language, facts)
    call = replace(call, serial=given.serial)
    job.clock.stop("acoustics")
    source = Source(
        path=recording.path,
        sha256=recording.sha256,
        duration=recording.duration,
        original_rate=recording.original_rate,
        container=recording.container,
        codec=recording.codec,
        layout=recording.layout,
        speakers=call.speakers,
    )
    channels = tuple(
        replace(channel, warnings=quality.warnings(channel)) if channel.warnings else channel
        for channel in recording.quality
    )
    warnings = (
        *quality.flaws(recording.flaws),
        *(job.written.warnings if job.written else ()),
        *(note.said for note in given.notes),
    )
    return judging.judged(job, call, packs, transcript, source, doubts, quality=channels, warnings=warnings)


def load(job: Job, path: Path) -> Audio:
    """The recording, in which the channel of known words is one that is used even where it is silent."""
    recording = audio.load(path)
    job.clock.stop("decode")
    layout = recording.layout
    given = {audio.find_channel(layout, job.roles[speaker]) for speaker in job.known}
    if given <= set(layout.used):
        return recording
    used = tuple(sorted(given.union(layout.used)))
    empty = tuple(k for k in layout.empty if k not in given)
    quality = tuple(
        replace(channel, warnings=()) if k in given and channel.silent else channel
        for k, channel in enumerate(recording.quality)
    )
    kind = "split" if len(used) > 1 else layout.kind
    return replace(recording, layout=replace(layout, kind=kind, used=used, empty=empty), quality=quality)


def used(job: Job, recording: Audio) -> tuple[int, ...]:
    """The channels to listen to, those that were told first."""
    named = tuple(audio.find_channel(recording.layout, c) for c in job.roles.values())
    if named and AGENT in job.roles and CUSTOMER in job.roles:
        return named
    rest = tuple(k for k in recording.layout.used if k not in named)
    return named + rest


def _load_model(job: Job, probabilities: Sequence[Floats]) -> None:
    if any(len(p) and float(p.max()) >= DecodeOptions().speech for p in probabilities):
        job.coach.whisper.load()


def _call(
    recording: Audio, heard: Heard, speakers: tuple[Speaker, ...], language: str, facts: Mapping[str, Any]
) -> tuple[Call, judging.Doubts]:
    names = [s.name for s in speakers]
    voices = {s.name: at for at, s in enumerate(speakers) if s.name == AGENT or not heard.shown}
    call = Call(
        language=language,
        duration=recording.duration,
        speakers=speakers,
        turns=turns.build({n: b.words for n, b in zip(names, heard.backing, strict=True)}),
        contours={name: heard.contours[at] for name, at in voices.items()},
        separate=UNKNOWN not in names,
        facts=facts,
        quality={s.name: recording.quality[s.channel] for s in speakers if s.channel is not None},
        untranscribed={name: heard.untranscribed[at] for name, at in voices.items()},
        shown=heard.shown,
    )
    return call, {n: b.doubts for n, b in zip(names, heard.backing, strict=True)}
