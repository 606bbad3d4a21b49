"""Transcripts in a folder, found by the names of the recordings."""

from __future__ import annotations

from pathlib import Path

from voicecoach.errors import TranscriptError
from voicecoach.i18n import fill

_SUFFIXES = (
    ".vtt",
    ".srt",
    ".json",
    ".tsv",
    ".textgrid",
    ".txt",
    ".ctm",
    ".rttm",
)  # the more they hold first
_INNER = (".transcript", ".amazon", ".whisper")


def beside(recording: Path, folder: Path) -> tuple[Path, ...]:
    """The transcript of a recording in a folder: a file of the same name, such as call.vtt for call.wav.

    Of several the one that holds most is taken; an RTTM and a CTM belong together.

    Raises
    ------
    TranscriptError
        There is none.
    """
    try:
        there = sorted(folder.iterdir())
    except OSError as error:
        raise TranscriptError(
            fill("{folder}: cannot be read: {error}", folder=folder, error=error.strerror)
        ) from error
    names = {f"{recording.stem}{inner}" for inner in ("", *_INNER)} | {recording.name}
    own = [
        path
        for path in there
        if path.suffix.lower() in _SUFFIXES and path.stem in names and path != recording and path.is_file()
    ]
    if not own:
        raise TranscriptError(
            fill(
                "{folder}: there is no transcript of {recording}; it should be called {stem}.vtt, .srt, "
                ".json, .tsv, .TextGrid, .txt or .ctm",
                folder=folder,
                recording=recording.name,
                stem=recording.stem,
            )
        )
    best = min(own, key=lambda path: (_SUFFIXES.index(path.suffix.lower()), path.name))
    pair = {".ctm", ".rttm"}
    if best.suffix.lower() in pair:
        return tuple(path for path in own if path.suffix.lower() in pair)[:2]
    return (best,)
