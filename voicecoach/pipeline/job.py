"""One call on its way through the stages: what was told of it, and what every stage asks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicecoach import __version__, rules
from voicecoach.baseline import Baseline
from voicecoach.known import Known
from voicecoach.pipeline.settings import Coach
from voicecoach.transcribe import Transcript
from voicecoach.transcripts.types import Note
from voicecoach.transcripts.types import Transcript as Written

Packs = Mapping[str, rules.Pack]  # by language, "" for that of the call


@dataclass(slots=True)
class Clock:
    """Seconds spent on each stage."""

    began: float = field(default_factory=time.perf_counter)
    lap: float = field(default_factory=time.perf_counter)
    spent: dict[str, float] = field(default_factory=dict)

    def stop(self, stage: str) -> None:
        """Count what has passed since the last stop as time of this stage."""
        now = time.perf_counter()
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self.lap
        self.lap = now

    def timings(self) -> dict[str, float]:
        """Seconds by stage, with those since the beginning as ``total``."""
        stages = {
            stage: self.spent.get(stage, 0.0) for stage in ("decode", "transcribe", "acoustics", "rules")
        }
        return {**stages, "total": time.perf_counter() - self.began}


@dataclass(frozen=True, slots=True)
class Job:
    """What was told of a call, with the clock that runs from then on."""

    coach: Coach
    roles: Mapping[str, str]  # channels by speaker, as far as they are told
    known: Mapping[str, Sequence[Known]] = field(default_factory=dict)  # lines by speaker
    written: Written | None = None
    speakers: Mapping[str, str] = field(default_factory=dict)  # what the transcript calls them
    clock: Clock = field(default_factory=Clock)

    def packs(self, transcript: Transcript) -> Packs:
        """The packs of the languages that are spoken: the call's as "", others by their codes."""
        words = (word for channel in transcript.channels for segment in channel for word in segment.words)
        spoken = {"": transcript.language} | {word.language: word.language for word in words if word.language}
        settings = self.coach.settings
        return {
            name: rules.load_pack(language, extra=settings.rules, builtin=settings.builtin)
            for name, language in spoken.items()
            if language in rules.languages()
        }

    def provenance(
        self, pack: rules.Pack | None, transcript: Transcript, own: Baseline | None
    ) -> dict[str, Any]:
        """What the analysis was made by and from."""
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
