"""What may be said about an analysis, and that made ready: model found, scorecard read, channels parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicecoach import audio, baseline, models, rules, score
from voicecoach.baseline import Baseline
from voicecoach.errors import UsageError
from voicecoach.i18n import _
from voicecoach.transcribe import Recogniser


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be said about an analysis. Every default is what most people want.

    ``channels`` is text as ``audio.parse_channels`` reads it, ``rules`` are folders with rules of one's own,
    ``baseline`` files with the speaker's own values as ``baseline.read`` reads them. ``stored`` are own
    values at hand; without a file those of the recording's language and kind of line are used. ``redact``
    masks card, phone and account numbers and e-mail addresses, see ``redact.redact``.
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
    redact: bool = False


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


def _pack_language(language: str | None) -> str:
    return language if language in rules.languages() else "en"
