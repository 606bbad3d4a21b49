"""Whether a transcript is that of a recording: its length, a shift, a drift. Times in seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voicecoach.i18n import clock
from voicecoach.transcripts.data import data
from voicecoach.transcripts.lay import covered
from voicecoach.transcripts.roles import Part
from voicecoach.transcripts.types import Note
from voicecoach.types import Contours


def notes(parts: Sequence[Part], voices: Sequence[Contours], duration: float) -> tuple[Note, ...]:
    """What does not fit, in a note each; nothing where all does.

    ``voices`` are the contours of the channel each part is laid over. Lines and voice are compared at every
    shift within reach, as the correlation of "this speaker speaks" in the one with that in the other.
    """
    fit = data().fit
    lines = [line for part in parts for line in part.lines]
    last = max((line.end or line.start or 0.0 for line in lines), default=0.0)
    found = []
    if last > duration + fit["beyond"]:
        found.append(Note("longer", {"last": clock(last), "end": clock(duration)}))
    if len(lines) < fit["lines"]:
        return tuple(found)
    frames = round(duration / fit["step"]) + 1
    said = np.array([covered(part.lines, frames, fit["step"]) for part in parts])
    heard = np.array([_coarse(contours, frames) for contours in voices])
    named = len(parts) > 1 and all(part.name for part in parts)
    if not named:  # lines that were put where voice is fit in any case
        said, heard = (np.asarray(each.any(axis=0, keepdims=True)) for each in (said, heard))
    here, best, shift = _best(said, heard)
    if named and best < fit["poor"]:
        return (*found, Note("unfitting"))
    if best < fit["clear"] or best - here < fit["gain"] or abs(shift) < fit["least"]:
        return tuple(found)
    third = frames // 3
    first, final = (_best(said[:, part], heard[:, part]) for part in (slice(third), slice(-third, None)))
    if min(first[1], final[1]) >= best and abs(first[2] - final[2]) >= fit["least"]:
        return (*found, Note("drifts", {"first": first[2], "last": final[2]}))
    return (*found, Note("shifted_later" if shift > 0 else "shifted_earlier", {"seconds": abs(shift)}))


def _coarse(contours: Contours, frames: int) -> NDArray[np.bool_]:
    """Whether there is voice in each step."""
    found = np.zeros(frames, bool)
    at = (np.flatnonzero(contours.voice) * contours.hop / data().fit["step"]).astype(int)
    found[np.minimum(at, frames - 1)] = True
    return found


def _best(said: NDArray[np.bool_], heard: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The correlation without a shift, the best one, and its shift in seconds; zeros where there is none.

    Both have the shape (speakers, steps).
    """
    fit = data().fit
    most = min(round(fit["reach"] / fit["step"]), max(1, said.shape[1] // 3))
    wide = ((0, 0), (most, most))
    a = np.pad(said - said.mean(axis=1, keepdims=True), wide)
    b = np.pad(heard - heard.mean(axis=1, keepdims=True), wide)
    power = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    if not power:
        return 0.0, 0.0, 0.0
    size = 1 << (a.shape[1] * 2 - 1).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size).sum(axis=0)
    shifts = np.arange(-most, most + 1)
    values = product[shifts] / power
    at = int(np.argmax(values))
    return float(values[most]), float(values[at]), float(shifts[at] * fit["step"])
