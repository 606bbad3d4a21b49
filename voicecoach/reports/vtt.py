"""WebVTT (W3C): cues with voice tags; findings as notes before the cue they belong to.

Players show the cues and leave the notes out; a text editor shows both.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from voicecoach import i18n
from voicecoach.reports import one
from voicecoach.reports.cues import Cue, cues, span, untimed, voice
from voicecoach.reports.page import at, clean
from voicecoach.types import Analysis, Finding

SUFFIX = ".vtt"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The transcript of one recording with its findings; ends with a newline.

    Raises
    ------
    FormatError
        There are several recordings, or the transcript has no times.
    """
    from webvtt import Caption, WebVTT
    from webvtt.models import Timestamp

    analysis = one(analyses, several)
    shown = cues(analysis)
    with i18n.using(analysis.language):
        notes = _notes(analysis.findings, shown)
    captions = []
    for place, cue in enumerate(shown):
        begin, end = (str(Timestamp.from_seconds(time / 1000)) for time in cue.millis)
        caption = Caption(begin, end, _payload(cue))
        caption.comments = notes[place]
        captions.append(caption)
    language = analysis.language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", analysis.language) else ""
    file = WebVTT(
        captions=captions,
        metadata=["Kind: captions", f"Language: {language}"] if language else ["Kind: captions"],
        footer_comments=notes[len(shown)],
    )
    return file.content.rstrip("\n") + "\n"


def _payload(cue: Cue) -> str:
    who = voice(cue.speaker)
    text = "\n".join(_escaped(line.strip()) for line in cue.lines)
    return f"<v {_escaped(who)}>{text}" if who else text


def _escaped(text: str) -> str:
    return untimed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _notes(findings: Sequence[Finding], shown: Sequence[Cue]) -> dict[int, list[str]]:
    """Findings in words by the cue they stand before; those without a time stand at the end."""
    begun: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by speaker: start in ms, place
    for place, cue in enumerate(shown):
        for speaker in (cue.speaker, ""):
            begun[speaker].append((cue.millis[0], place))
    found: dict[int, list[str]] = defaultdict(list)
    for finding in findings:
        place = len(shown)
        own = begun[finding.speaker if finding.turn is not None else ""] or begun[""]
        if finding.start is not None and own:
            at_or_before = bisect_right(own, (span(finding.start, finding.start)[0], len(shown)))
            place = own[max(at_or_before - 1, 0)][1]
        found[place].append(_note(finding))
    return found


def _note(finding: Finding) -> str:
    head = f"{at(finding.start)} {finding.rule} ({finding.polarity}):"
    quote = f'"{finding.quote}"' if finding.quote else ""
    return clean(f"{head} {untimed(f'{finding.message} {quote}')}").replace("-->", "→")
