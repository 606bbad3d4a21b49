"""Whether a transcript is that of a recording: its length, a shift, a drift. Times in seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voicecoach.transcripts.data import data
from voicecoach.transcripts.lay import covered
from voicecoach.transcripts.types import Line, Note
from voicecoach.types import Contours


def notes(lines: Sequence[Line], voices: Sequence[Contours], duration: float) -> tuple[Note, ...]:
    """What does not fit, in a note each; nothing where all does.

    Lines and voice are compared at every shift within reach, as the correlation of "somebody speaks" in the
    one with that in the other.
    """
    fit = data().fit
    last = max((line.end or line.start or 0.0 for line in lines), default=0.0)
    found = []
    if last > duration + fit["beyond"]:
        found.append(Note("longer", {"last": _clock(last), "end": _clock(duration)}))
    if len(lines) < fit["lines"] or not voices:
        return tuple(found)
    step = fit["step"]
    frames = round(duration / step) + 1
    said = covered(lines, frames, step)[:frames]
    heard = np.zeros(frames, bool)
    for contours in voices:
        at = np.minimum((np.flatnonzero(contours.voice) * contours.hop / step).astype(int), frames - 1)
        heard[at] = True
    here, best, shift = _best(said, heard)
    if best is None or here is None:
        return tuple(found)
    if best < fit["poor"]:
        return (*found, Note("unfitting"))
    if best - here < fit["gain"] or abs(shift) < fit["least"]:
        return tuple(found)
    third = frames // 3
    first, final = _best(said[:third], heard[:third]), _best(said[-third:], heard[-third:])
    clear = all(part[1] is not None and part[1] >= best for part in (first, final))
    if clear and abs(first[2] - final[2]) >= fit["least"]:
        return (*found, Note("drifts", {"first": first[2], "last": final[2]}))
    return (*found, Note("shifted_later" if shift > 0 else "shifted_earlier", {"seconds": abs(shift)}))


def _best(said: NDArray[np.bool_], heard: NDArray[np.bool_]) -> tuple[float | None, float | None, float]:
    """The correlation without a shift, the best one, and its shift in seconds; None where there is none."""
    if not (said.any() and heard.any()) or said.all() or heard.all():
        return None, None, 0.0
    fit = data().fit
    most = min(round(fit["reach"] / fit["step"]), max(1, len(said) // 3))
    a = np.pad(said - said.mean(), most)
    b = np.pad(heard - heard.mean(), most)
    size = 1 << (len(a) * 2 - 1).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    shifts = np.arange(-most, most + 1)
    values = product[shifts] / (np.sqrt(np.sum(a * a) * np.sum(b * b)) or 1.0)
    at = int(np.argmax(values))
    return float(values[most]), float(values[at]), float(shifts[at] * fit["step"])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
