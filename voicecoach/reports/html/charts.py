"""The curves of a call as data for its page, as sentences, and the library that draws them.

Times are seconds in the recording, levels dBFS, pitch semitones around the agent's own median; a value that
does not exist is None. Only the agent's pace and pitch are drawn: of the customer's voice nothing but when
it speaks, and how loud it is.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach.datafile import Value, read_file
from voicecoach.errors import OutputError
from voicecoach.i18n import _, number
from voicecoach.score import label
from voicecoach.types import AGENT, Analysis, Contours, Measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIBRARY = ("bokeh.min.js", "bokeh-api.min.js")  # what draws, and what builds from our data
_WRITTEN = {"pace": (1, False), "pitch": (1, True), "loudness": (0, False)}  # decimals, with a sign
_SILENT = -200.0  # dBFS of digital silence, which has none


@dataclass(frozen=True, slots=True)
class Library:
    """Bokeh for a page: gzip in base64, and what a Content-Security-Policy calls it once unpacked."""

    packed: str
    digest: str
    version: str


@dataclass(frozen=True, slots=True)
class _Settings:
    most_points: int
    floor: float
    least_voiced: float
    loudness_step: float
    widest_pitch: float
    shown_share: float
    lead_in: float
    events: Mapping[str, str]
    polarities: Mapping[str, str]
    speakers: Mapping[str, str]
    texts: Mapping[str, str]


@cache
def settings() -> _Settings:
    """Read charts.yaml of the package, once."""
    tables = ("events", "polarities", "speakers", "texts")
    file = read_file(Path(__file__).with_name("charts.yaml")).fields(
        (
            "version",
            "most_points",
            "floor",
            "least_voiced",
            "loudness_step",
            "widest_pitch",
            "shown_share",
            "lead_in",
            *tables,
        )
    )
    return _Settings(
        most_points=file["most_points"].whole(least=100),
        floor=file["floor"].number(most=0),
        least_voiced=file["least_voiced"].number(least=0, most=1),
        loudness_step=file["loudness_step"].number(least=0),
        widest_pitch=file["widest_pitch"].number(least=1),
        shown_share=file["shown_share"].number(least=0.5, most=1),
        lead_in=file["lead_in"].number(least=0),
        **{name: _texts(file[name]) for name in tables},
    )


def charts(analysis: Analysis) -> Mapping[str, Any]:
    """Return what the charts of an analysis show, ready for JSON; no curve has more points than most_points.

    Keys: duration (s), speakers (names), called (their labels), talk, events, marks (findings with a time),
    phases (each with start and end), level by speaker ({step, high, mean}); of the agent, or None, pitch
    ({step, values, median}), pace ({step, values, unit, window}) and loudness ({step, values}); bands (own
    usual values: {pane: {low, high, label}}), lead_in (s), shown_share (of a curve's values).
    """
    want = settings()
    contours = analysis.contours if analysis.source.layout.kind != "none" else {}  # else of no sound
    names = tuple(dict.fromkeys([*analysis.contours, *(turn.speaker for turn in analysis.turns)]))
    found = contours.get(AGENT)
    pitch = _pitch(found) if found is not None else None
    return {
        "duration": analysis.source.duration,
        "speakers": names,
        "called": {name: called(name) for name in names},
        "talk": _talk(analysis),
        "events": [
            {
                "kind": event.kind,
                "label": _(want.events[event.kind]),
                "speaker": event.speaker,
                "start": event.start,
                "end": event.end,
                "detail": event.detail,
            }
            for event in analysis.events
            if event.kind in want.events
        ],
        "marks": [
            {
                "start": finding.start,
                "end": finding.start if finding.end is None else finding.end,
                "polarity": finding.polarity,
                "label": _(want.polarities.get(finding.polarity, finding.polarity)),
                "message": finding.message,
                "quote": finding.quote,
            }
            for finding in analysis.findings
            if finding.start is not None
        ],
        "phases": [
            {"name": label(phase.name), "start": phase.start, "end": phase.end} for phase in analysis.phases
        ],
        "level": {name: _level(own) for name, own in contours.items()},
        "loudness": None if found is None else _loudness(found),
        "pitch": pitch,
        "pace": _pace(analysis),
        "bands": _bands(analysis.measures, pitch),
        "lead_in": want.lead_in,
        "shown_share": want.shown_share,
    }


def polarities() -> Mapping[str, str]:
    """What findings of a polarity are called."""
    return {key: _(name) for key, name in settings().polarities.items()}


def called(speaker: str) -> str:
    """What a speaker is called in words."""
    return _(settings().speakers.get(speaker, speaker))


def sentences(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What the charts show, in sentences, for whoever does not see them."""
    import numpy as np

    texts, said = settings().texts, []
    for name in found["speakers"]:
        spells = [spell for spell in found["talk"] if spell["speaker"] == name]
        told = {
            "speaker": f"{called(name)[:1].upper()}{called(name)[1:]}",
            "seconds": number(sum(spell["end"] - spell["start"] for spell in spells), 0),
            "duration": number(found["duration"], 0),
            "turns": number(len(spells), 0),
        }
        said.append(_(texts["talk"]).format(**told))
    for pane in ("pace", "pitch", "loudness"):
        values = [value for value in (found[pane] or {}).get("values", ()) if value is not None]
        if values:
            digits, signed = _WRITTEN[pane]
            ends = zip(("low", "middle", "high"), np.percentile(values, (10, 50, 90)), strict=True)
            told = {name: number(float(value), digits, sign=signed) for name, value in ends}
            told |= {key: number(found[pane][key], 0) for key in ("window", "median") if key in found[pane]}
            said.append(_(texts[pane]).format(unit=found[pane].get("unit", ""), **told))
    return tuple(said) if found["level"] else (*said, _(texts["no_contours"]))


@cache
def library() -> Library:
    """Return the installed Bokeh, packed for a page.

    Raises
    ------
    OutputError
        Bokeh is not installed, or is without its scripts.
    """
    import importlib.metadata

    spec = find_spec("bokeh")
    folder = Path(spec.origin).parent / "server" / "static" / "js" if spec and spec.origin else Path()
    try:
        content = b";\n".join((folder / name).read_bytes() for name in LIBRARY)
        version = importlib.metadata.version("bokeh")
    except (OSError, importlib.metadata.PackageNotFoundError):
        raise OutputError("the scripts of bokeh are not there; install it again: pip install bokeh") from None
    return Library(
        packed=base64.b64encode(gzip.compress(content, 9, mtime=0)).decode(),
        digest=f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'",
        version=version,
    )


def policy() -> Mapping[str, Sequence[str]]:
    """What a page's Content-Security-Policy must let the charts do."""
    return {"script-src": (library().digest,), "img-src": ("data:",)}


# --- curves -------------------------------------------------------------------------------------------------


def _talk(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {"speaker": turn.speaker, "start": turn.start, "end": turn.end}
        for turn in analysis.turns
        if turn.start is not None and turn.end is not None
    ]


def _level(contours: Contours) -> dict[str, Any]:
    """The highest and the mean level in each step."""
    import numpy as np

    floor = settings().floor
    bins, width = _binned(_levels(contours), _SILENT)
    return {
        "step": width * contours.hop,
        "high": _values(np.maximum(bins.max(axis=1), floor), 1),
        "mean": _values(np.maximum(_mean(bins), floor), 1),
    }


def _loudness(contours: Contours) -> dict[str, Any]:
    """The mean level in each step where there is voice."""
    import numpy as np

    want = settings()
    least = round(want.loudness_step / contours.hop)
    bins, width = _binned(_levels(contours), _SILENT, least)
    voice, _ = _binned(contours.voice, False, least)
    values = np.where(voice.mean(axis=1) >= want.least_voiced, np.maximum(_mean(bins), want.floor), np.nan)
    return {"step": width * contours.hop, "values": _values(values, 1)}


def _levels(contours: Contours) -> NDArray[np.float64]:
    import numpy as np

    return np.maximum(np.nan_to_num(contours.level.astype(np.float64), nan=_SILENT), _SILENT)


def _mean(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The level of the mean power of each row."""
    import numpy as np

    return np.asarray(10 * np.log10(np.mean(10 ** (levels / 10), axis=1)))


def _pitch(contours: Contours) -> dict[str, Any] | None:
    """The middle of the pitch in each step around the median of all of it; None where nothing is voiced."""
    import numpy as np

    want = settings()
    f0 = np.where(contours.voice, contours.f0, np.nan).astype(np.float64)
    if not np.isfinite(f0).any():
        return None
    median = float(np.nanmedian(f0))
    bins, width = _binned(12 * np.log2(f0 / median), math.nan)
    voiced = np.isfinite(bins).mean(axis=1) >= want.least_voiced
    middle = np.full(len(bins), np.nan)
    middle[voiced] = np.nanmedian(bins[voiced], axis=1)
    middle = np.clip(middle, -want.widest_pitch, want.widest_pitch)
    return {"step": width * contours.hop, "values": _values(middle, 2), "median": median}


def _pace(analysis: Analysis) -> dict[str, Any] | None:
    import numpy as np

    curve = analysis.curves.get("pace", {}).get(AGENT)
    if curve is None:
        return None
    bins, width = _binned(np.array(curve.values, np.float64), math.nan)
    some = np.isfinite(bins).any(axis=1)
    values = np.full(len(bins), np.nan)
    values[some] = np.nanmean(bins[some], axis=1)
    step = curve.hop * width
    return {"unit": _(curve.unit), "step": step, "window": curve.window, "values": _values(values, 2)}


def _bands(measures: Sequence[Measure], pitch: Mapping[str, Any] | None) -> dict[str, Any]:
    """The bands around the speaker's own usual values, where they are known."""
    found, own = {}, _(settings().texts["own"])
    for measure in measures:
        if measure.baseline is None or measure.low is None or measure.high is None:
            continue
        if measure.id == "pace.articulation_rate":
            found["pace"] = {"low": measure.low, "high": measure.high, "label": own}
        elif measure.id == "pitch.median" and pitch and measure.low > 0:
            low, high = (12 * math.log2(edge / pitch["median"]) for edge in (measure.low, measure.high))
            found["pitch"] = {"low": low, "high": high, "label": own}
    return found


def _binned(values: NDArray[Any], fill: Any, least: int = 1) -> tuple[NDArray[Any], int]:
    """Values as rows of as many as make a point, shape (points, width), and that width."""
    import numpy as np

    width = max(1, least, -(-len(values) // settings().most_points))
    room = np.full(-len(values) % width, fill, values.dtype)
    return np.concatenate([values, room]).reshape(-1, width), width


def _values(found: NDArray[np.float64], decimals: int) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in found.round(decimals).tolist()]


def _texts(found: Value) -> Mapping[str, str]:
    return {key: value.text() for key, value in found.mapping().items()}
