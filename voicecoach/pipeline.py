"""Runs the stages in order: one recording -> ``Analysis``.

Nothing is computed here that a stage could compute; this module only hands values on and takes the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from voicecoach import (
    __version__,
    audio,
    baseline,
    coach,
    evidence,
    i18n,
    known,
    measures,
    models,
    phases,
    quality,
    rules,
    score,
    turns,
)
from voicecoach.acoustics import contours
from voicecoach.baseline import Baseline
from voicecoach.errors import TranscriptError, UsageError
from voicecoach.i18n import _, carried, fill
from voicecoach.known import Known
from voicecoach.measures.sound import facts as sound_facts
from voicecoach.measures.sound import sound
from voicecoach.transcribe import DecodeOptions, Progress, Recogniser, Transcript, speech_probability
from voicecoach.transcripts import fit, lay
from voicecoach.transcripts.roles import Part, parts_of
from voicecoach.transcripts.types import LINES, NONE, STARTS, WORDS, Note
from voicecoach.transcripts.types import Transcript as Written
from voicecoach.types import (
    AGENT,
    CUSTOMER,
    UNKNOWN,
    Analysis,
    Audio,
    Call,
    ChannelQuality,
    Contours,
    Evidence,
    Finding,
    Floats,
    Layout,
    Match,
    Measure,
    NotMeasured,
    Segment,
    Source,
    Speaker,
    Turn,
    Word,
)

Packs = Mapping[str, rules.Pack]  # by language, "" for that of the call
JUDGED = ("courtesy", "listening", "structure")  # by the rules
RECORDED = {AGENT: "left", CUSTOMER: "right"}  # the channels of a practice


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be said about an analysis. Every default is what most people want.

    ``channels`` is text as ``audio.parse_channels`` reads it, ``rules`` are folders with rules of one's own,
    ``baseline`` files with the speaker's own values as ``baseline.read`` reads them. ``stored`` are own
    values at hand; without a file those of the recording's language and kind of line are used.
    """

    model: str = "base"
    language: str | None = None
    channels: str | None = None
    device: str = "cpu"
    compute_type: str = "default"
    threads: int | None = None
    beam_size: int = 5
    rules: tuple[str, ...] = ()
    builtin: bool = True
    scorecard: str = "service-call"
    baseline: tuple[str, ...] = ()
    stored: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True)
class Coach:
    """Settings made ready for any number of recordings: model found, scorecard read, channels parsed.

    The weights are loaded when the first recording needs them.

    Raises
    ------
    UsageError : a setting makes no sense; DataFileError where a file of rules or a scorecard is wrong.
    ModelError : the model is not there.
    """

    settings: Settings
    scorecard: score.Scorecard
    roles: Mapping[str, str]
    recogniser: Recogniser | None  # None where all words come from transcripts
    own: Baseline | None = None

    @classmethod
    def ready(cls, settings: Settings, *, words: bool = True) -> Coach:
        """Check all settings before any work is done; without ``words`` no model is needed."""
        roles = audio.parse_channels(settings.channels) if settings.channels else {}
        if settings.beam_size < 1 or (settings.threads is not None and settings.threads < 1):
            raise UsageError(_("beam size and threads must be at least 1"))
        if settings.rules or not settings.builtin:
            rules.load_pack(_pack_language(settings.language), extra=settings.rules, builtin=settings.builtin)
        recogniser = None
        if words:
            recogniser = Recogniser(
                models.find(settings.model),
                device=settings.device,
                compute_type=settings.compute_type,
                threads=settings.threads,
            )
            recogniser.check_language(settings.language)
        own = baseline.read(settings.baseline) if settings.baseline else None
        return cls(settings, score.load_scorecard(settings.scorecard), roles, recogniser, own)

    @property
    def whisper(self) -> Recogniser:
        """The recogniser; asked for only where words are not given."""
        if self.recogniser is None:
            raise UsageError(_("these settings were made ready without a model; it takes a transcript then"))
        return self.recogniser

    def own_values(self, language: str, *, telephone: bool) -> Baseline | None:
        """What a recording of this language and kind of line is compared with, if anything."""
        fitting = (b for b in self.settings.stored if (b.language, b.telephone) == (language, telephone))
        return self.own or next(fitting, None)


def analyse(
    path: str | Path | None,
    settings: Settings | None = None,
    *,
    coach: Coach | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Sequence[Known]] | None = None,
    heard: Callable[[Audio], None] | None = None,
    transcript: Written | None = None,
    speakers: Mapping[str, str] | None = None,
) -> Analysis:
    """Analyse one recording, or a transcript alone.

    Parameters
    ----------
    path : any file with sound that PyAV decodes; None where there is a transcript and no recording.
    settings : see ``Settings``; not looked at where ``coach`` is given.
    coach : settings made ready, so that many recordings share one loaded model.
    progress : called with the share of the speech transcribed so far, 0..1.
    known : what speakers are known to have said, such as the customer's lines in a practice; their channels
        are not transcribed. Where the settings do not say who is on which channel, the agent is on the left
        and the customer on the right. What needs the sound of lines that have none is not measured.
    heard : given the decoded recording once it is analysed, for whoever wants its sound, too.
    transcript : the words of the call, see ``transcripts.read``; nothing is transcribed then.
    speakers : what the transcript calls the agent and the customer, where its names do not tell.

    Raises
    ------
    AudioError : the file cannot be read or is too short or too long to be analysed.
    ModelError : the weights are missing or not the bytes they should be.
    TranscriptError : the transcript has no times that could be laid over the recording.
    UsageError : a setting makes no sense for this recording.
    """
    coach = coach or Coach.ready(settings or Settings(), words=transcript is None)
    if transcript is not None:
        return _Run(coach, Path(path or ""), coach.roles, {}, transcript, speakers or {}).given(path, heard)
    if path is None:
        raise UsageError(_("there is neither a recording nor a transcript to analyse"))
    roles = coach.roles or (RECORDED if known else {})
    for speaker in known or {}:
        if speaker not in roles:
            raise UsageError(
                fill(
                    "the words of {speaker} are known, but not the channel: {channels!r} does not name it",
                    speaker=speaker,
                    channels=coach.settings.channels,
                )
            )
    return _Run(coach, Path(path), roles, known or {}).analysis(progress, heard)


@dataclass(frozen=True, slots=True)
class Listened:
    """What the analysed channels of a recording sound like, before a word is known; all by position."""

    channels: tuple[int, ...]  # indices in the recording
    bleed: Mapping[tuple[int, int], float]  # dB, see ``Layout``
    probabilities: tuple[Floats, ...]  # of speech, see ``speech_probability``
    raw: tuple[Contours, ...]
    own: tuple[Contours, ...]  # without the voice that leaks over from the other channels

    def by_name(self, layout: Layout) -> dict[str, Contours]:
        """The channels' own contours by the names of the channels."""
        return {layout.names[k]: found for k, found in zip(self.channels, self.own, strict=True)}


def listen(
    recording: Audio,
    channels: Sequence[int] | None = None,
    *,
    meanwhile: Callable[[Sequence[Floats]], None] | None = None,
) -> Listened:
    """Take the contours of a recording; no model of words is needed.

    Parameters
    ----------
    recording : as ``audio.load`` gives it.
    channels : indices of the channels to listen to; those its layout says are used when None.
    meanwhile : given the probabilities of speech and run beside the contours, unless the recording is so
        long that there is no room for both.
    """
    used = tuple(channels if channels is not None else recording.layout.used) or (0,)
    bleed = {
        (used.index(a), used.index(b)): db
        for (a, b), db in recording.layout.bleed.items()
        if a in used and b in used
    }
    signals = [recording.samples[k] for k in used]
    with ThreadPoolExecutor(len(signals) + 1) as pool:
        recording.release()
        probabilities = tuple(pool.map(speech_probability, signals))
        beside = (
            None if recording.release() or not meanwhile else pool.submit(carried(meanwhile), probabilities)
        )
        raw = tuple(pool.map(lambda s, p: contours(s, recording.rate, p), signals, probabilities))
        if beside is not None:
            beside.result()
    recording.release()
    return Listened(used, bleed, probabilities, raw, evidence.own_voice(raw, bleed))


def _pack_language(language: str | None) -> str:
    return language if language in rules.languages() else "en"


@dataclass(slots=True)
class _Clock:
    """Seconds spent on each stage."""

    began: float = field(default_factory=time.perf_counter)
    lap: float = field(default_factory=time.perf_counter)
    spent: dict[str, float] = field(default_factory=dict)

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self.lap
        self.lap = now

    def timings(self) -> dict[str, float]:
        stages = {
            stage: self.spent.get(stage, 0.0) for stage in ("decode", "transcribe", "acoustics", "rules")
        }
        return {**stages, "total": time.perf_counter() - self.began}


@dataclass(frozen=True, slots=True)
class _Heard:
    """The channels that are analysed, with what was heard on each."""

    used: tuple[int, ...]
    contours: tuple[Contours, ...]
    backing: tuple[evidence.Backing, ...]
    untranscribed: tuple[float, ...]  # seconds
    shown: bool = False  # whether known words have no sound


@dataclass(frozen=True, slots=True)
class _Run:
    """One recording on its way through the stages."""

    coach: Coach
    path: Path
    roles: Mapping[str, str]  # channels by speaker, as far as they are told
    known: Mapping[str, Sequence[Known]]  # lines by speaker
    written: Written | None = None
    speakers: Mapping[str, str] = field(default_factory=dict)  # what the transcript calls them

    def analysis(self, progress: Progress | None, listener: Callable[[Audio], None] | None) -> Analysis:
        clock = _Clock()
        recording = self._load_recording()
        clock.stop("decode")
        listened = listen(recording, self._used(recording), meanwhile=self._load)
        clock.stop("acoustics")

        def decoded(share: float) -> None:
            recording.release()
            if progress is not None:
                progress(share)

        lines = {
            listened.channels.index(audio.find_channel(recording.layout, self.roles[speaker])): said
            for speaker, said in self.known.items()
        }
        unknown = [at for at in range(len(listened.channels)) if at not in lines]
        transcript = self.coach.whisper.transcribe(
            [recording.samples[listened.channels[at]] for at in unknown],
            [evidence.near_voice(listened.probabilities[at], listened.own[at]) for at in unknown],
            language=self.coach.settings.language,
            options=DecodeOptions(beam_size=self.coach.settings.beam_size),
            progress=decoded,
        )
        clock.stop("transcribe")
        with i18n.using(transcript.language):
            return self._told(recording, listened, lines, unknown, transcript, clock, listener)

    def given(self, path: str | Path | None, listener: Callable[[Audio], None] | None) -> Analysis:
        """The analysis of a transcript, with or without its recording."""
        written, clock = self.written, _Clock()
        assert written is not None
        language = written.language or ""
        with i18n.using(language):
            if path is None:
                return self._read(clock)
            parts = parts_of(written, self.speakers)
            if written.timing == NONE:
                raise TranscriptError(f"{written.paths[0]}: {Note('untimed_recording').said}")
            recording = self._load_recording()
            clock.stop("decode")
            listened = listen(recording, self._used(recording))
            laid = lay.over(parts, listened.raw, listened.own)
            clock.stop("acoustics")
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
            transcript = self._as_heard(laid.parts, laid.own, recording.duration)
            serial = several and not lay.overlap(laid.parts)
            every = range(len(laid.parts))
            return self._told(
                recording, inner, {}, every, transcript, clock, listener, laid.parts, notes, serial
            )

    def _as_heard(self, parts: Sequence[Part], voices: Sequence[Contours], duration: float) -> Transcript:
        """The lines of each speaker as a recogniser would give them."""
        assert self.written is not None
        language = self.written.language or ""
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

    def _read(self, clock: _Clock) -> Analysis:
        """The analysis of a transcript alone."""
        assert self.written is not None
        written = lay.placed(self.written)
        timed = written.timing in (LINES, WORDS)
        parts, duration = parts_of(written, self.speakers), lay.lasts(written)
        voices = lay.alone(parts, duration)
        transcript = self._as_heard(parts, voices, duration)
        packs = self._packs(transcript)
        words = tuple(tuple(word for one in own for word in one.words) for own in transcript.channels)
        if written.timing != WORDS or any(word.backed is None for own in words for word in own):
            words = tuple(tuple(replace(word, backed=None) for word in own) for own in words)
        heard = _Heard(
            tuple(range(len(parts))), voices, tuple(evidence.Backing(own, {}) for own in words), ()
        )
        speakers = self._given_speakers(parts, heard, packs)
        said = turns.build({s.name: own for s, own in zip(speakers, words, strict=True)})
        if written.timing == NONE:
            said = tuple(replace(turn, start=None, end=None, words=()) for turn in said)
        pack = packs.get("")
        call = Call(
            language=transcript.language,
            duration=duration if written.timing != NONE else 0.0,
            speakers=speakers,
            turns=said,
            contours={s.name: own for s, own in zip(speakers, voices, strict=True)} if timed else {},
            separate=all(s.name != UNKNOWN for s in speakers),
            facts=pack.facts if pack else sound_facts(transcript.language),
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
            speakers=speakers,
        )
        doubts: dict[str, Mapping[tuple[float, float], str]] = {s.name: {} for s in speakers}
        return self._judged(source, (), written.warnings, call, doubts, packs, transcript, clock)

    def _given_speakers(
        self, parts: Sequence[Part], heard: _Heard, packs: Packs, names: Sequence[str] = ()
    ) -> tuple[Speaker, ...]:
        """Who the speakers of a transcript are: as it calls them, else from what they say.

        ``names`` are those of all channels of the recording, if there is one.
        """
        texts = turns.settings().texts

        def speaker(at: int, role: str, why: str) -> Speaker:
            channel = heard.used[at] if names else None
            return Speaker(role, channel, names[heard.used[at]] if names else "", why)

        taken = {part.role for part in parts if part.role}
        if taken:
            agent = next((part for part in parts if part.role == AGENT), parts[0])
            free = iter(
                r for r in (AGENT, CUSTOMER, *(f"speaker{n}" for n in range(3, 99))) if r not in taken
            )
            other = fill(texts["other"], channel=agent.name)
            return tuple(
                speaker(at, part.role or next(free), part.reason if part.role else other)
                for at, part in enumerate(parts)
            )
        if len(parts) == 1:
            role, why = turns.one_channel_role(heard.contours[0]) if names else (UNKNOWN, parts[0].reason)
            return (speaker(0, role if names or not parts[0].name else AGENT, why),)
        called = [part.name or (names[k] if names else "") for k, part in zip(heard.used, parts, strict=True)]
        candidates = [_candidate(k, heard, name, packs) for k, name in enumerate(called)]
        if self.written is not None and self.written.timing == NONE:
            candidates = [turns.untimed(candidate) for candidate in candidates]
        found = turns.find_roles(candidates)
        return tuple(speaker(at, role, why) for at, (role, why) in enumerate(found))

    def _told(
        self,
        recording: Audio,
        listened: Listened,
        lines: Mapping[int, Sequence[Known]],
        unknown: Sequence[int],
        transcript: Transcript,
        clock: _Clock,
        listener: Callable[[Audio], None] | None,
        parts: Sequence[Part] = (),
        notes: Sequence[Note] = (),
        serial: bool = False,
    ) -> Analysis:
        """The analysis with its texts in the current language."""
        packs = self._packs(transcript)
        pack = packs.get("")
        facts = pack.facts if pack else sound_facts(transcript.language)
        heard = _back(dict(zip(unknown, transcript.channels, strict=True)), lines, listened, facts)
        if parts and (not self.coach.roles or len(set(heard.used)) < len(heard.used)):
            speakers = self._given_speakers(parts, heard, packs, recording.layout.names)
        else:
            speakers = self._speakers(recording, heard, packs)
        call, doubts = _call(recording, heard, speakers, transcript.language, facts)
        call = replace(call, serial=serial)
        clock.stop("acoustics")
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
            *(self.written.warnings if self.written else ()),
            *(note.said for note in notes),
        )
        analysis = self._judged(source, channels, warnings, call, doubts, packs, transcript, clock)
        if listener is not None:
            listener(recording)
        return analysis

    def _load_recording(self) -> Audio:
        """The recording, in which the channel of known words is one that is used even where it is silent."""
        recording = audio.load(self.path)
        layout = recording.layout
        given = {audio.find_channel(layout, self.roles[speaker]) for speaker in self.known}
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

    def _used(self, recording: Audio) -> tuple[int, ...]:
        named = tuple(audio.find_channel(recording.layout, c) for c in self.roles.values())
        if named and AGENT in self.roles and CUSTOMER in self.roles:
            return named
        rest = tuple(k for k in recording.layout.used if k not in named)
        return named + rest

    def _load(self, probabilities: Sequence[Floats]) -> None:
        if any(len(p) and float(p.max()) >= DecodeOptions().speech for p in probabilities):
            self.coach.whisper.load()

    def _packs(self, transcript: Transcript) -> Packs:
        """The packs of the languages that are spoken: the call's as "", others by their codes."""
        words = (word for channel in transcript.channels for segment in channel for word in segment.words)
        spoken = {"": transcript.language} | {word.language: word.language for word in words if word.language}
        settings = self.coach.settings
        return {
            name: rules.load_pack(language, extra=settings.rules, builtin=settings.builtin)
            for name, language in spoken.items()
            if language in rules.languages()
        }

    def _speakers(self, recording: Audio, heard: _Heard, packs: Packs) -> tuple[Speaker, ...]:
        names = recording.layout.names
        texts = turns.settings().texts
        told = {audio.find_channel(recording.layout, c): r for r, c in self.roles.items()}
        if told:
            how = _(texts["told" if self.coach.roles else "recorded"])
            free = iter(
                r for r in (AGENT, CUSTOMER, *(f"speaker{n}" for n in range(3, 99))) if r not in told.values()
            )
            return tuple(
                Speaker(told[k], k, names[k], how)
                if k in told
                else Speaker(next(free), k, names[k], _(texts["left_over"]))
                for k in heard.used
            )
        if len(heard.used) == 1:
            role, why = turns.one_channel_role(heard.contours[0])
            return (Speaker(role, heard.used[0], names[heard.used[0]], why),)
        candidates = [_candidate(k, heard, names[heard.used[k]], packs) for k in range(len(heard.used))]
        found = turns.find_roles(candidates)
        return tuple(
            Speaker(role, k, names[k], why) for k, (role, why) in zip(heard.used, found, strict=True)
        )

    def _judged(
        self,
        source: Source,
        channels: tuple[ChannelQuality, ...],
        warnings: tuple[str, ...],
        call: Call,
        doubts: Mapping[str, Mapping[tuple[float, float], str]],
        packs: Packs,
        transcript: Transcript,
        clock: _Clock,
    ) -> Analysis:
        happened = measures.events(call)
        pairs = [
            (match, _finding(match, call, doubts, pack))
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
        own = self.coach.own_values(call.language, telephone=telephone)
        if own is not None:
            numbers = baseline.compare(numbers, own, language=call.language, telephone=telephone)
        grades = {rule.id: rule.grade for pack in [*packs.values()][::-1] for rule in pack.rules}
        hidden = measures.unseen(call, happened)
        unseen = {
            r.id: why for pack in packs.values() for r in pack.rules if (why := rules.without(r, hidden))
        }
        scores = score.score(
            self.coach.scorecard,
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
            self.coach.scorecard, scores, findings, numbers, turns=call.turns, language=call.language
        )
        cues = [
            cue
            for language, pack in packs.items()
            for cue in rules.phase_cues(pack, rules.spoken_in(call.turns, language))
        ]
        missing = _not_measured(call, numbers, packs)
        clock.stop("rules")
        return Analysis(
            source=source,
            quality=channels,
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
            timings=clock.timings(),
            provenance=self._provenance(packs.get(""), transcript, own),
        )

    def _provenance(
        self, pack: rules.Pack | None, transcript: Transcript, own: Baseline | None
    ) -> dict[str, Any]:
        settings = self.coach.settings
        return {
            "voicecoach": __version__,
            **(self._heard_by(transcript) if self.written is None else self._read_from(self.written)),
            "channels": settings.channels,
            "words_given": {speaker: len(lines) for speaker, lines in self.known.items()},
            "baseline": own.source if own else None,
            "pack": {"language": pack.language, "sha256": pack.sha256} if pack else None,
            "scorecard": {
                "id": self.coach.scorecard.id,
                "version": self.coach.scorecard.version,
                "sha256": self.coach.scorecard.sha256,
            },
        }

    def _heard_by(self, transcript: Transcript) -> dict[str, Any]:
        recogniser = self.coach.whisper
        return {
            "model": {"name": recogniser.model.name, "sha256": recogniser.model.sha256},
            "language_probability": round(transcript.language_probability, 3),
            "device": recogniser.device,
            "compute_type": recogniser.compute_type,
            "beam_size": self.coach.settings.beam_size,
        }

    def _read_from(self, written: Written) -> dict[str, Any]:
        return {
            "model": None,
            "transcript": {
                "path": ", ".join(written.paths),
                "sha256": written.sha256,
                "format": written.format,
                "encoding": written.encoding,
                "timing": written.timing,
                "language": Note(written.told).said,
                "speakers": ", ".join(written.speakers),
            },
            "speakers": dict(self.speakers),
        }


def _back(
    transcribed: Mapping[int, Sequence[Segment]],
    lines: Mapping[int, Sequence[Known]],
    listened: Listened,
    facts: Mapping[str, Any],
) -> _Heard:
    """The words of all channels, transcribed or known, both by position."""
    own = listened.own
    language = sound(facts)
    count = language.count if language else None
    words = (word for heard in transcribed.values() for segment in heard for word in segment.words)
    others = {code: sound(sound_facts(code)) for code in {word.language for word in words} - {""}}
    elsewhere = {code: known.count for code, known in others.items() if known}
    given = {
        at: known.segments(
            said,
            own[at],
            others=[other for k, other in enumerate(own) if k != at],
            syllables=count,
            spaces=language is None or language.spaces,
        )
        for at, said in lines.items()
    }
    every = [given[at] if at in given else transcribed[at] for at in range(len(own))]
    segments = evidence.without_overheard(every, listened.raw, listened.bleed)
    backing = tuple(
        evidence.Backing(tuple(word for line in given[at] for word in line.words), {})
        if at in given
        else evidence.back(segments[at], own[at], syllables=count, elsewhere=elsewhere)
        for at in range(len(own))
    )
    lost = tuple(
        sum(end - start for start, end in evidence.untranscribed(b.words, c))
        for b, c in zip(backing, own, strict=True)
    )
    shown = not all(known.heard(said, own[at]) for at, said in lines.items())
    return _Heard(listened.channels, own, backing, lost, shown)


def _candidate(at: int, heard: _Heard, name: str, packs: Packs) -> turns.Candidate:
    """What channel ``at`` says, heard as if it were the agent's."""
    words: dict[str, tuple[Word, ...]] = {
        AGENT if k == at else CUSTOMER if len(heard.used) == 2 else f"speaker{k + 2}": backing.words
        for k, backing in enumerate(heard.backing)
    }
    said = turns.build(words)
    quotes = tuple(
        (m.rule, m.quote, m.start)
        for language, pack in packs.items()
        for own in [rules.spoken_in(said, language)]
        for m in (*rules.find(pack, own), *rules.role_cues(pack, own))
        if m.turn is not None and said[m.turn].speaker == AGENT
    )
    words_here = heard.backing[at].words
    return turns.Candidate(name, quotes, words_here[0].start if words_here else None)


def _call(
    recording: Audio, heard: _Heard, speakers: tuple[Speaker, ...], language: str, facts: Mapping[str, Any]
) -> tuple[Call, dict[str, Mapping[tuple[float, float], str]]]:
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


def _notices(
    call: Call, doubts: Mapping[str, Mapping[tuple[float, float], str]], pack: rules.Pack, language: str
) -> tuple[Match, ...]:
    """Announcements of silences in a language that the sound backs."""
    found = []
    for match in rules.announcements(pack, rules.spoken_in(call.turns, language)):
        assert match.turn is not None
        turn = call.turns[match.turn]
        backing = evidence.of_span(turn, match.start_char, match.end_char, doubts[turn.speaker])
        if backing.status != "not_backed":
            found.append(match)
    return tuple(found)


def _finding(
    match: Match, call: Call, doubts: Mapping[str, Mapping[tuple[float, float], str]], pack: rules.Pack
) -> Finding:
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
        message=rule.message,
        advice=rule.advice,
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
