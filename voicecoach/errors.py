"""Everything voicecoach raises on purpose. Only the command line turns these into one line and an exit code.

A message names what was found, where, and what to do next, in one line.
"""

from __future__ import annotations


class VoicecoachError(Exception):
    """Base of all errors voicecoach raises itself."""

    exit_code = 1


class AudioError(VoicecoachError):
    """A recording cannot be read or holds nothing that can be analysed."""


class TranscriptError(VoicecoachError):
    """A transcript cannot be read, holds no words, or does not belong to the recording."""


class OutputError(VoicecoachError):
    """A result cannot be written: full disk, missing folder, no permission."""


class HistoryError(VoicecoachError):
    """The history of takes cannot be opened, is damaged, or is of a newer version."""


class UsageError(VoicecoachError):
    """A setting or combination of settings makes no sense."""

    exit_code = 2


class FormatError(UsageError):
    """A format cannot hold what is asked for: several recordings, or a transcript without times."""


class DataFileError(UsageError):
    """A file a person writes (pack, scorecard, settings) is wrong; the message starts with file:line:col."""


class ModelError(VoicecoachError):
    """Whisper weights are missing, incomplete or not the bytes they should be."""

    exit_code = 4


class MissingModelError(ModelError):
    """Whisper weights are not on this machine."""


class MicrophoneError(VoicecoachError):
    """No microphone, or none that can be opened."""

    exit_code = 5


class LoudspeakerError(VoicecoachError):
    """No loudspeaker, or none that can be opened."""
