"""Layout and quality of a recording: which channels hold what, and how well.

Levels are dBFS (an RMS of 1.0 is 0 dBFS), frequencies Hz, times and lags seconds. Samples are int16 at
``rate``, shape (channels, samples). Every threshold and text stands in ``quality.yaml`` with its source.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from voicecoach.i18n import fill
from voicecoach.types import ChannelQuality, Floats, Layout

Samples = NDArray[np.int16]
_TINY = 1e-20  # keeps logarithms finite; -200 dB


@dataclass(frozen=True, slots=True)
class Extremes:
    """What only the samples as recorded can tell of a channel, before any change of rate. Full scale is 1."""

    peak: float
    clipping: float  # share of samples, 0..1
    dc_offset: float


@cache
def facts() -> Mapping[str, Any]:
    """Contents of ``quality.yaml``."""
    loaded: Mapping[str, Any] = yaml.safe_load(
        (files("voicecoach") / "quality.yaml").read_text(encoding="utf-8")
    )
    return loaded


def flaws(found: Mapping[str, Mapping[str, float | None]]) -> tuple[str, ...]:
    """What is to be said against a file, in the current language, from ids of file_warnings and values."""
    return tuple(fill(facts()["file_warnings"][what], **values) for what, values in found.items())


def channel_names(count: int) -> tuple[str, ...]:
    """Names of the channels of a file: mono, or left, right, channel3 and so on."""
    if count == 1:
        return ("mono",)
    return ("left", "right", *(f"channel{k}" for k in range(3, count + 1)))[:count]


def judge(
    samples: Samples, rate: int, *, original_rate: int, extremes: tuple[Extremes, ...]
) -> tuple[Layout, tuple[ChannelQuality, ...]]:
    """Layout and quality of a recording.

    Parameters
    ----------
    samples : int16, shape (channels, samples)
    rate : Hz of ``samples``
    original_rate : Hz as recorded; 8000 and below is telephone band whatever the spectrum says
    extremes : one for each channel, from the samples as recorded

    Returns
    -------
    The layout, and the quality of each channel in the order of the file.
    """
    power = frame_power(samples, rate)
    quality = tuple(
        _channel(name, samples[k], power[k], rate, original_rate, extremes[k])
        for k, name in enumerate(channel_names(samples.shape[0]))
    )
    return _layout(samples, power, rate, quality), quality


def frame_power(samples: Samples, rate: int) -> Floats:
    """Mean square of each whole frame about its mean, full scale 1; shape (channels, frames)."""
    size = round(facts()["level"]["frame"] * rate)
    frames = samples.shape[1] // size
    power = np.empty((samples.shape[0], frames), dtype=np.float32)
    step = 2048
    for first in range(0, frames, step):
        last = min(frames, first + step)
        for k in range(samples.shape[0]):
            block = samples[k, first * size : last * size].astype(np.float32).reshape(-1, size)
            block -= block.mean(axis=1, keepdims=True)
            power[k, first:last] = np.einsum("fs,fs->f", block, block) / (size * 32768.0**2)
    return power


def active_level(power: Floats) -> float:
    """Level of the active part of a signal in dBFS from the power of its frames, after ITU-T P.56 method B.

    The activity threshold is never within ``steady`` dB of the quiet parts, so that noise does not pass for
    speech. A steady sine of amplitude a gives its RMS, 20 log10(a / sqrt 2), whatever silence surrounds it.
    """
    want = facts()["level"]
    envelope = power.copy()
    for late in range(1, round(want["hangover"] / want["frame"]) + 1):
        np.maximum(envelope[late:], power[:-late], out=envelope[late:])
    order = np.argsort(envelope)
    envelope = envelope[order]
    energy = np.cumsum(power[order][::-1], dtype=np.float64)[::-1]  # of the frames from here on
    quiet = _db(float(np.percentile(power, want["noise_percentile"])))
    thresholds = np.arange(max(-100.0, quiet + want["steady"]), 3.0, 0.5)
    first = np.searchsorted(envelope, 10.0 ** (thresholds / 10.0))
    heard = first < envelope.size
    if not heard.any():
        return _db(float(power.mean(dtype=np.float64)))
    level = 10.0 * np.log10(energy[first[heard]] / (envelope.size - first[heard]) + _TINY)
    over = level - thresholds[heard] - want["margin"]
    below = int(np.argmax(over <= 0.0))
    if below == 0 or over[below] > 0.0:
        return float(level[below if over[below] <= 0.0 else -1])
    share = over[below - 1] / (over[below - 1] - over[below])
    return float(level[below - 1] + share * (level[below] - level[below - 1]))


def _channel(
    name: str, samples: Samples, power: Floats, rate: int, original_rate: int, extremes: Extremes
) -> ChannelQuality:
    want = facts()
    peak = _db(extremes.peak**2) if extremes.peak > 0.0 else None
    clipping, dc_offset = extremes.clipping, extremes.dc_offset
    loudest = float(np.quantile(power, 1.0 - want["silent"]["share"])) if power.size else 0.0
    if _db(loudest) < want["silent"]["level"]:
        found = ChannelQuality(
            name, None, peak, None, None, clipping, dc_offset, None, original_rate <= 8000, silent=True
        )
    else:
        level = active_level(power)
        quiet = _db(float(np.percentile(power, want["level"]["noise_percentile"])))
        heard = want["level"]["digital_silence"] <= quiet < level - want["level"]["steady"]
        floor = quiet if heard else None
        snr = _db(10.0 ** (level / 10.0) - 10.0 ** (quiet / 10.0)) - quiet if heard else None
        bandwidth = min(_bandwidth(samples, power, rate), original_rate / 2)
        telephone = original_rate <= 8000 or bandwidth <= want["bandwidth"]["telephone"]
        found = ChannelQuality(
            name, level, peak, floor, snr, clipping, dc_offset, bandwidth, telephone, silent=False
        )
    return replace(found, warnings=warnings(found))


def _bandwidth(samples: Samples, power: Floats, rate: int) -> float:
    want = facts()["bandwidth"]
    size = round(facts()["level"]["frame"] * rate)
    order = np.argsort(power)
    few = max(1, power.size // 10)
    window = np.hanning(size).astype(np.float32)

    def spectrum(frames: NDArray[np.intp]) -> Floats:
        picked = np.sort(frames[:: max(1, frames.size // 1500)])
        block = np.stack([samples[f * size : (f + 1) * size] for f in picked]).astype(np.float32)
        block = (block - block.mean(axis=1, keepdims=True)) * window
        mean = (np.abs(np.fft.rfft(block, axis=1)) ** 2).mean(axis=0)
        return np.convolve(mean, np.ones(3) / 3.0, mode="same").astype(np.float32)

    loud = spectrum(order[power.size // 2 :])
    quiet = spectrum(order[:few]) if power.size >= 20 else np.zeros_like(loud)
    if quiet.sum() * 10.0 > loud.sum():  # no pauses to compare with
        quiet = np.zeros_like(loud)
    enough = (loud > loud.max() * 10.0 ** (-want["below_peak"] / 10.0)) & (
        loud > quiet * 10.0 ** (want["above_noise"] / 10.0)
    )
    steady = enough & (np.roll(enough, 1) | np.roll(enough, -1))
    return float(np.nonzero(steady | (loud == loud.max()))[0].max() * rate / size)


def warnings(found: ChannelQuality) -> tuple[str, ...]:
    """What is to be said against a channel, in the current language."""
    values = asdict(found)
    shown = {
        **values,
        "clipping_percent": 100.0 * found.clipping,
        "dc_percent": 100.0 * found.dc_offset,
    }
    texts = []
    for warning in facts()["warnings"]:
        if found.silent and warning["id"] != "silent":
            continue
        if all(_applies(values[key], wanted) for key, wanted in warning["when"].items()):
            texts.append(fill(warning["text"], **shown))
    return tuple(texts)


def _applies(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    if value is None:
        return False
    ((how, bound),) = wanted.items()
    return bool({"above": value > bound, "below": value < bound, "beyond": abs(value) > bound}[how])


# --- layout -------------------------------------------------------------------------------------------------


def _layout(samples: Samples, power: Floats, rate: int, quality: tuple[ChannelQuality, ...]) -> Layout:
    names = tuple(channel.name for channel in quality)
    empty = tuple(k for k, channel in enumerate(quality) if channel.silent)
    present = [k for k in range(len(names)) if k not in empty]
    groups: list[list[int]] = []
    for k in present:
        alike = next((g for g in groups if _same(samples, power, rate, g[0], k)), None)
        if alike is None:
            groups.append([k])
        else:
            alike.append(k)
    used = tuple(
        min(g, key=lambda k: (round(quality[k].clipping, 4), -round(quality[k].level or -200.0)))
        for g in groups
    )
    bleed = {}
    for a in used:
        for b in used:
            weaker = _bleed(samples, power, rate, a, b) if a != b else None
            if weaker is not None:
                bleed[a, b] = weaker
    together = "dual_mono" if len(present) > 1 else "mono"
    apart = "bleed" if bleed else "split"
    kind = apart if len(used) > 1 else together
    return Layout(kind, names, used, empty, bleed)


def _same(samples: Samples, power: Floats, rate: int, a: int, b: int) -> bool:
    """Whether two channels hold the same signal, also louder, upside down or a few samples late."""
    want = facts()["layout"]
    reach = round(want["same_lag"] * rate)
    cross = _correlation(samples, rate, a, b, pieces=_loud_pieces(power, rate, (a, b)))
    peak = float(np.abs(np.concatenate([cross[-reach:], cross[: reach + 1]])).max())
    if peak >= want["same_correlation"]:
        return True
    loud = np.zeros(power.shape[1], dtype=bool)
    for k in (a, b):
        loud |= power[k] > 0.01 * np.quantile(power[k], 0.95)
    if not loud.any():
        return False
    difference = 10.0 * np.log10((power[a][loud] + _TINY) / (power[b][loud] + _TINY))
    low, high = np.quantile(difference, [0.05, 0.95])
    return bool(peak >= want["same_spread_correlation"] and high - low < want["same_spread"])


def _bleed(samples: Samples, power: Floats, rate: int, a: int, b: int) -> float | None:
    """dB by which channel ``a`` is weaker where it is overheard on ``b``, or None where it is not.

    The part of ``b`` that follows ``a`` is its coherent output power, after the delay between them is taken
    out, over the stretches in which ``a`` is the louder.
    """
    want = facts()["layout"]
    per_frame = round(facts()["level"]["frame"] * rate)
    floor = max(float(np.percentile(power[a], 10)) * 10.0, float(np.quantile(power[a], 0.95)) * 1e-3)
    own = (power[a] > floor) & (power[a] > power[b] * 10.0 ** (want["bleed_margin"] / 10.0))
    size = 1024
    cover = -(-size // per_frame)
    runs = (
        np.lib.stride_tricks.sliding_window_view(own, cover + 1).all(axis=1) if own.size > cover else own[:0]
    )
    starts = np.nonzero(runs)[0] * per_frame
    pieces = _loud_pieces(np.where(own, power, 0.0).astype(np.float32), rate, (a,))
    late, early = round(want["bleed_lag"] * rate), round(want["bleed_lead"] * rate)
    cross = _correlation(samples, rate, b, a, pieces=pieces, mask=own)
    lags = np.concatenate([np.arange(late + 1), np.arange(-early, 0)])
    lag = int(lags[np.argmax(np.abs(cross[lags]))])
    starts = starts[(starts + lag >= 0) & (starts + lag + size <= samples.shape[1])]
    if starts.size < want["bleed_windows"]:
        return None
    starts = _plainest(starts, power[b], per_frame, cover, lag, want)
    starts = starts[:: max(1, starts.size // 1000)]
    window = np.hanning(size).astype(np.float32)
    low, high = (round(edge * size / rate) for edge in want["bleed_band"])
    auto_a = auto_b = both = np.zeros(1)
    for some in np.array_split(starts, -(-starts.size // 100)):
        at = some[:, None] + np.arange(size)
        x = np.fft.rfft(samples[a, at] * window)[:, low:high]
        y = np.fft.rfft(samples[b, at + lag] * window)[:, low:high]
        weight = 1.0 / np.maximum(
            (np.abs(x) ** 2).sum(axis=1, keepdims=True), _TINY
        )  # loud or not, all count alike
        auto_a = auto_a + (weight * np.abs(x) ** 2).sum(axis=0)
        auto_b = auto_b + (weight * np.abs(y) ** 2).sum(axis=0)
        both = both + (weight * y * np.conj(x)).sum(axis=0)
    coherence = np.abs(both) ** 2 / (auto_a * auto_b + _TINY)
    chance = 2.0 / starts.size  # stretches may overlap, so about half of them are independent
    heard = np.clip((coherence - chance) / (1.0 - chance), 0.0, 1.0) * auto_b
    if heard.sum() < want["bleed_share"] * auto_b.sum():
        return None
    weaker = _db(auto_a.sum()) - _db(heard.sum())
    return weaker if weaker <= want["bleed_weakest"] else None


def _plainest(
    starts: NDArray[np.int64], power: Floats, per_frame: int, cover: int, lag: int, want: Mapping[str, float]
) -> NDArray[np.int64]:
    """The starts of stretches, in samples, in which the overhearing channel is softest itself.

    Where it talks nearly without pause, its own voice hides what leaks over in all other stretches.
    """
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    first = np.clip((starts + lag) // per_frame, 0, power.size)
    louder = total[np.minimum(first + cover, power.size)] - total[first]
    count = max(round(want["bleed_plainest"] * starts.size), round(want["bleed_windows"]))
    return np.asarray(np.sort(starts[np.argsort(louder, kind="stable")[:count]]))


def _loud_pieces(power: Floats, rate: int, channels: tuple[int, ...]) -> list[int]:
    """Starts in samples of up to 50 of the louder seconds, spread over the recording."""
    per_frame = round(facts()["level"]["frame"] * rate)
    span = rate // per_frame
    sums = np.zeros(max(1, power.shape[1] // span))
    for k in channels:
        part = power[k][: sums.size * span]
        sums += part.reshape(sums.size, -1).sum(axis=1) if part.size >= span else part.sum()
    loud = np.nonzero(sums >= np.quantile(sums, 0.9) * 0.05)[0]
    return [int(k) * rate for k in loud[:: max(1, loud.size // 50)]]


def _correlation(
    samples: Samples, rate: int, a: int, b: int, *, pieces: list[int], mask: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Circular cross-correlation of two channels over one-second pieces; at k, ``a`` is k samples late.

    ``mask`` has one value a frame and silences ``b`` where it is false. Scaled so that equal signals give 1.
    """
    size = 2 * 2 ** math.ceil(math.log2(rate))
    per_frame = round(facts()["level"]["frame"] * rate)
    cross = np.zeros(size // 2 + 1, dtype=complex)
    energy_a = energy_b = 0.0
    for start in pieces:
        x = samples[a, start : start + rate].astype(np.float32)
        y = samples[b, start : start + rate].astype(np.float32)
        x -= x.mean()
        y -= y.mean()
        if mask is not None:
            keep = np.repeat(mask[start // per_frame : start // per_frame + rate // per_frame], per_frame)
            y[: keep.size] *= keep
            y[keep.size :] = 0.0
        energy_a += float(np.dot(x, x))
        energy_b += float(np.dot(y, y))
        cross += np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size))
    return np.fft.irfft(cross, size) / (math.sqrt(energy_a * energy_b) + _TINY)


def _db(power: float) -> float:
    return 10.0 * math.log10(power + _TINY)
