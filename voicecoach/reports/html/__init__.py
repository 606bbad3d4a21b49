"""A call as one page of HTML that needs nothing else: it opens from disk, prints, and works by keyboard.

``call_page`` is the page of one recording; ``environment.page`` makes any page from a template.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach import i18n
from voicecoach.errors import FormatError
from voicecoach.reports.html.environment import page

if TYPE_CHECKING:
    from voicecoach.batch.types import Who
    from voicecoach.reports.html.sound import Sound
    from voicecoach.types import Analysis

SUFFIX = ".html"
SCRIPTS = ("language.js", "player.js", "charts.js")


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The page of one recording, without its sound; ends with a newline.

    Raises
    ------
    FormatError
        There are several: each is a page of its own.
    """
    if several or len(analyses) != 1:
        raise FormatError(
            "a page of HTML shows one recording; write a page for each with --output-dir FOLDER"
        )
    return call_page(analyses[0])


def heard_page(analysis: Analysis, target: Path, *, how: str) -> str:
    """The page of a recording of this disk for the file ``target``, with its sound as ``sound.chosen`` says.

    Raises
    ------
    AudioError
        The recording cannot be read any more.
    """
    from voicecoach.redact import BLEEPED
    from voicecoach.reports.html import sound

    with i18n.using(analysis.language):
        times = analysis.provenance.get(BLEEPED)
        return call_page(analysis, sound=sound.chosen(how, analysis.source.path, target, bleeped=times))


def call_page(
    analysis: Analysis, *, sound: Sound | None = None, back: str = "", who: Who | None = None
) -> str:
    """The page of one recording, in the language of the call or in English; ends with a newline.

    ``sound`` is what the player plays (none: the page says so), ``back`` the relative address of the page it
    belongs to, ``who`` whose call it is where that is known.
    """
    with i18n.using(analysis.language):
        return _page(analysis, sound, back, who)


def _page(analysis: Analysis, sound: Sound | None, back: str, who: Who | None) -> str:
    from voicecoach.reports.html import charts, scripts
    from voicecoach.reports.html.about import about, sources
    from voicecoach.reports.html.call import call
    from voicecoach.reports.html.sound import policy

    drawn = charts.charts(analysis)
    return page(
        "call.html.j2",
        styles=("base.css", "call.css", "player.css"),
        scripts=SCRIPTS,
        policy={**charts.policy(), **policy(sound)},
        charts=drawn,
        polarities=charts.polarities(),
        chart_sentences=charts.sentences(drawn),
        texts=scripts.texts("call"),
        library=charts.library().packed,
        call=call(analysis),
        about=about(),
        sources=sources(),
        sound=sound,
        back=back,
        who=who,
    )
