"""SubRip: numbered cues, who speaks in front of each. It has no escapes: what players act on is replaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from voicecoach.reports import one
from voicecoach.reports.cues import Cue, cues, untimed, voice
from voicecoach.types import Analysis

SUFFIX = ".srt"
_MARKUP = str.maketrans({"<": "＜", ">": "＞"})  # of tags such as <i>
_OVERRIDE = re.compile(r"\{(?=\\)")  # of tags such as {\an8}


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The transcript of one recording; empty but for a newline where nothing was said.

    Raises
    ------
    FormatError
        There are several recordings, or the transcript has no times.
    """
    from srt import Subtitle, compose

    shown = [
        Subtitle(number, *(timedelta(milliseconds=time) for time in cue.millis), _content(cue))
        for number, cue in enumerate(cues(one(analyses, several)), 1)
    ]
    text: str = compose(shown, reindex=False)
    return text.rstrip("\n") + "\n"


def _content(cue: Cue) -> str:
    lines = [_plain(line.strip()) for line in cue.lines]
    who = _plain(voice(cue.speaker))
    return "\n".join([f"{who}: {lines[0]}" if who else lines[0], *lines[1:]])


def _plain(text: str) -> str:
    return untimed(_OVERRIDE.sub("｛", text.replace("-->", "→").translate(_MARKUP)))
