"""What reading a passage says, as a page for the terminal, made from ``Calibration`` alone."""

from __future__ import annotations

from voicecoach.calibrate import Calibration, settings
from voicecoach.i18n import _, fill
from voicecoach.reports import page

PACE = "pace.articulation_rate"


def render(found: Calibration, *, name: str = "", width: int = 80, color: bool = False) -> str:
    """The page, ``width`` columns wide; ends with a newline. ``name`` is what the recording is called."""
    console, out = page.console(width, color)
    page.say(console, name or found.analysis.source.path, indent=0, style="bold")
    seconds, language = page.clock(found.analysis.source.duration), found.analysis.language
    heard = f"{100 * (1 - min(found.errors, 1.0)):.0f} % of the passage was heard as written"
    page.say(
        console,
        fill("{seconds}, language {language}; {heard}", seconds=seconds, language=language, heard=heard),
    )
    if found.baseline is not None:
        page.heading(console, _("YOUR VOICE, READING ALOUD"))
        page.rows(
            console,
            [
                (
                    settings().names[m.id],
                    f"{m.value:.3g} {m.unit}",
                    m.grade,
                    found.pace_note if m.id == PACE else "",
                )
                for m in found.measures
                if m.value is not None
            ],
        )
    page.heading(console, _("MICROPHONE AND ROOM"))
    page.rows(console, [("-", text) for text in found.advice])
    console.print()
    if found.baseline is None:
        page.say(console, f"{found.why[:1].upper()}{found.why[1:]}.", indent=0)
    else:
        text = fill(settings().texts["reading"], takes=int(settings().limits["takes"]))
        page.say(console, text, indent=0)
    return page.printed(out)
