"""Any sound file into ``Audio``: the only decoder.

Samples come out as int16 at 16 kHz, every channel kept, shape (channels, samples). Times are seconds from the
start of the recording. A file is streamed: what does not fit a small buffer goes to a temporary file without
a name, so two hours of stereo need little memory.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Any, NoReturn

import av
import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import AudioError, OutputError, UsageError
from voicecoach.i18n import _, fill
from voicecoach.quality import Extremes, facts, judge
from voicecoach.types import Audio, Floats, Layout

RATE = 16000
_BLOCK = 1 << 16  # samples of a channel worked on at once
_MEMORY = 64 << 20  # bytes held before a temporary file takes over
_ROLES = re.compile(r"agent|customer|speaker[1-9]\d*")
_SIDES = {"l": "left", "r": "right"}


def load(path: str | os.PathLike[str], *, limit: float = 4 * 3600.0) -> Audio:
    """Decode a recording and find its layout and quality.

    Parameters
    ----------
    path : a regular file in any container and codec FFmpeg decodes
    limit : longest recording accepted, in seconds

    Raises
    ------
    AudioError
        The file cannot be opened, holds no sound, is shorter than half a second, longer than ``limit``, or
        broken before a second of it could be read. Silence is no error.
    OutputError
        The temporary folder is full.
    """
    with _open(Path(path)) as file:
        track = _decode(file, Path(path).name, limit)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    layout, quality = judge(track.samples, RATE, original_rate=track.original_rate, extremes=track.extremes)
    return Audio(
        path=os.fspath(path),
        samples=track.samples,
        rate=RATE,
        original_rate=track.original_rate,
        container=track.container,
        codec=track.codec,
        layout=layout,
        quality=quality,
        sha256=digest,
        flaws=track.flaws,
    )


@dataclass(frozen=True, slots=True)
class Probe:
    """What a header tells; ``reason`` says why the recording cannot be analysed, as far as that is told."""

    length: float | None = None  # s, None where the header does not say
    codec: str = ""
    channels: int = 0
    reason: str = ""


def probe(path: str | os.PathLike[str], *, limit: float = 4 * 3600.0) -> Probe:
    """Look at the header of a recording without decoding it; nothing that may be in a file is an error.

    Some containers only estimate their length; of a file cut off the length is what is left of it.

    Parameters
    ----------
    path : a file
    limit : longest recording accepted, in seconds
    """
    name = _shown(Path(path).name)
    try:
        with _open(Path(path)) as file:
            head = file.read(1 << 12)
            with _container(file, name, head) as container:
                stream, _ = _sound(container, name, facts()["decoding"])
                return _probed(file, name, container, stream, limit)
    except AudioError as error:
        return Probe(reason=str(error))


def samples(path: str | os.PathLike[str], *, limit: float = 4 * 3600.0) -> NDArray[np.int16]:
    """Decode a recording and no more: int16 samples at ``RATE``, shape (channels, samples).

    Raises
    ------
    AudioError, OutputError
        As ``load``.
    """
    with _open(Path(path)) as file:
        return _decode(file, Path(path).name, limit).samples


def parse_channels(text: str) -> Mapping[str, str]:
    """Who is on which channel, from text such as ``agent=left,customer=right``.

    Speakers are agent, customer, speaker3 and so on; channels are mono, left, right or a number from 1 (also
    channel3). Naming one speaker alone is fine.

    Raises
    ------
    UsageError
        Not of this form, an unknown name, or a speaker or channel named twice.
    """
    allowed = _("write it as agent=left,customer=right; channels are mono, left, right or a number from 1")
    roles: dict[str, str] = {}
    for part in text.split(","):
        role, equals, channel = (piece.strip().lower() for piece in part.partition("="))
        if not equals or not role or not channel:
            raise UsageError(
                fill(
                    "channels {text!r}: {part!r} is not SPEAKER=CHANNEL; {allowed}",
                    text=text,
                    part=part.strip(),
                    allowed=allowed,
                )
            )
        if not _ROLES.fullmatch(role):
            raise UsageError(
                fill(
                    "channels {text!r}: unknown speaker {role!r}; speakers are agent, customer, speaker3 ...",
                    text=text,
                    role=role,
                )
            )
        channel = _SIDES.get(channel, channel)
        number = re.fullmatch(r"(?:channel ?|ch)?([1-9]\d*)", channel)
        if number:
            channel = f"channel{int(number[1])}"
        elif channel not in ("mono", "left", "right"):
            raise UsageError(
                fill(
                    "channels {text!r}: unknown channel {channel!r}; {allowed}",
                    text=text,
                    channel=channel,
                    allowed=allowed,
                )
            )
        if role in roles:
            raise UsageError(
                fill(
                    "channels {text!r}: {role} is named twice; {allowed}",
                    text=text,
                    role=role,
                    allowed=allowed,
                )
            )
        if channel in roles.values():
            raise UsageError(
                fill(
                    "channels {text!r}: {channel} is given to two speakers; {allowed}",
                    text=text,
                    channel=channel,
                    allowed=allowed,
                )
            )
        roles[role] = channel
    return roles


def find_channel(layout: Layout, name: str) -> int:
    """Index of a channel by a name as ``parse_channels`` gives it.

    Raises
    ------
    UsageError
        The recording has no such channel.
    """
    if name in layout.names:
        return layout.names.index(name)
    number = re.fullmatch(r"channel(\d+)", name)
    if number and 1 <= int(number[1]) <= len(layout.names):
        return int(number[1]) - 1
    raise UsageError(
        fill(
            "there is no channel {name!r} in this recording; it has: {names}",
            name=name,
            names=", ".join(layout.names),
        )
    )


# --- opening ------------------------------------------------------------------------------------------------


def _open(path: Path) -> BufferedReader:
    name = _shown(path.name or str(path))
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise AudioError(fill("{name}: is a folder; name a sound file in it", name=name))
        if not stat.S_ISREG(found.st_mode):
            raise AudioError(
                fill("{name}: is a device or pipe, not a file; save the recording to a file first", name=name)
            )
        if found.st_size == 0:
            raise AudioError(fill("{name}: is empty (0 bytes); record or export it again", name=name))
        return path.open("rb")
    except FileNotFoundError:
        raise AudioError(
            fill("{path}: no such file; check the name and the folder", path=_shown(str(path)))
        ) from None
    except PermissionError:
        raise AudioError(
            fill("{name}: you have no permission to read it; change that or copy the file", name=name)
        ) from None
    except ValueError:  # a zero byte in the name
        raise AudioError(fill("{name!r}: not a possible file name", name=name)) from None
    except OSError as error:
        raise AudioError(
            fill(
                "{name}: cannot be opened: {error}; check the name and the disk",
                name=name,
                error=error.strerror or error,
            )
        ) from None


def _shown(name: str) -> str:
    """A file name fit for one line: no control characters, not too long."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return plain if len(plain) <= 120 else f"{plain[:60]}...{plain[-50:]}"


# --- decoding -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Track:
    samples: NDArray[np.int16]
    original_rate: int
    container: str
    codec: str
    extremes: tuple[Extremes, ...]
    flaws: Mapping[str, Mapping[str, float | None]]


def _decode(file: BufferedReader, name: str, limit: float) -> _Track:
    name = _shown(name)
    want = facts()["decoding"]
    head = file.read(1 << 12)
    container = _container(file, name, head)
    with container:
        stream, tracks = _sound(container, name, want)
        kind = container.format.name
        stated = _stated_length(container, stream, kind, want, file)
        if stated is not None and stated > limit and _plausible(file, stream, stated):
            _too_long(name, limit, stated)
        reader = _Reader(container, stream, want, limit)
        writer: _Writer | None = None
        decoder = stream.codec_context.codec
        codec = getattr(decoder, "canonical_name", decoder.name)  # from PyAV 14 on
        for rate, block in reader.blocks():
            if writer is None:
                writer = _Writer(block.shape[0], rate, codec, coarse=reader.coarse)
            writer.add(block, rate)
            if writer.seconds > limit:
                _too_long(name, limit)
        if writer is None:
            raise AudioError(
                fill(
                    "{name}: holds no sound that can be decoded; export it again, for example as WAV or MP3",
                    name=name,
                )
            )
        samples = writer.finish()
    read = samples.shape[1] / RATE
    share = _share_present(file, head)
    if share < 1.0:
        stated = max(stated or 0.0, read / share)
    cut = stated is not None and stated - read > max(want["early_end"], want["early_end_share"] * stated)
    if cut and read < want["shortest_when_cut"]:
        raise AudioError(
            fill(
                "{name}: is cut off: {read:.1f} of {stated:.1f} s can be read; copy or export it again",
                name=name,
                read=read,
                stated=stated,
            )
        )
    if read < want["shortest"]:
        _too_short(name, read)
    seen = {
        "tracks": tracks > 1,
        "cut": cut,
        "cut_somewhere": not cut and (reader.broken or _ends_inside_page(file)),
        "damaged": reader.lost >= want["worth_saying"],
        "gap": reader.gaps >= want["worth_saying"],
        "jump": reader.jump > 0.0,
        "channels_change": reader.recounted,
        "not_numbers": writer.not_numbers > 0,
    }
    values = {
        "tracks": tracks,
        "read": read,
        "stated": stated,
        "lost": reader.lost,
        "gaps": reader.gaps,
        "jump": reader.jump,
        "channels": samples.shape[0],
        "not_numbers": writer.not_numbers,
    }
    flaws = {what: values for what, is_so in seen.items() if is_so}
    return _Track(samples, writer.first_rate, _short(kind, name), codec, writer.extremes(), flaws)


def _container(file: BufferedReader, name: str, head: bytes) -> Any:
    """The container in a file whose first bytes are ``head``."""
    file.seek(0)
    try:
        return av.open(
            _Source(file),
            metadata_errors="replace",
            buffer_size=1 << 17,
            io_open=_no_other_file,
            container_options={"protocol_whitelist": "none"},
        )
    except av.error.FFmpegError:
        if head[4:8] == b"ftyp":  # MP4 and its kin keep their index at the end
            raise AudioError(
                fill("{name}: its index is cut off or damaged; copy or export it again", name=name)
            ) from None
        raise AudioError(
            fill(
                "{name}: not a sound file, or damaged at its start; export it again, for example as WAV",
                name=name,
            )
        ) from None


class _Source:
    """A file as FFmpeg reads it: a place that cannot be gone to is an answer (-1), not an exception."""

    def __init__(self, file: BufferedReader) -> None:
        self.read, self.tell = file.read, file.tell
        self._seek = file.seek

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _no_other_file(url: str, flags: int, options: Mapping[str, str]) -> NoReturn:
    """Playlists may name other files or addresses; none of them is ever opened."""
    raise PermissionError(errno.EACCES, "a recording may not name other files", url)


def _sound(container: Any, name: str, want: Mapping[str, Any]) -> tuple[Any, int]:
    if set(container.format.name.split(",")) & set(want["playlists_and_text"]):
        raise AudioError(
            fill("{name}: is text or a playlist, not a recording; name the sound file itself", name=name)
        )
    streams = container.streams.audio
    usable = [s for s in streams if _decodable(s.codec_context)]
    for stream in usable:
        if stream.codec_context.codec_tag in want["protected_tags"]:
            raise AudioError(
                fill(
                    "{name}: is copy-protected and cannot be decoded; export it without protection", name=name
                )
            )
        if not want["rates"][0] <= stream.codec_context.rate <= want["rates"][1]:
            raise AudioError(
                fill(
                    "{name}: states {rate} samples a second; export it with a usual rate",
                    name=name,
                    rate=stream.codec_context.rate,
                )
            )
    if usable:
        return usable[0], len(usable)
    if streams:
        raise AudioError(
            fill(
                "{name}: holds sound in a form that cannot be decoded here; export it as WAV or MP3",
                name=name,
            )
        )
    if container.streams.video:
        raise AudioError(
            fill("{name}: holds pictures but no sound; record or export it with its sound", name=name)
        )
    raise AudioError(fill("{name}: holds no sound; name a sound file", name=name))


def _decodable(context: Any) -> bool:
    """Whether there is a decoder that gives samples numpy knows (all but 64-bit integers)."""
    if context is None or not context.rate or not context.channels:
        return False
    return context.format is None or not context.format.name.startswith("s64")


def _stated_length(
    container: Any, stream: Any, kind: str, want: Mapping[str, Any], file: BufferedReader
) -> float | None:
    """Seconds the header claims, or None where the container only guesses."""
    if not set(kind.split(",")) & set(want["states_length"]) and not (kind == "mp3" and _counts_frames(file)):
        return None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


def _probed(file: BufferedReader, name: str, container: Any, stream: Any, limit: float) -> Probe:
    want = facts()["decoding"]
    context = stream.codec_context
    found = Probe(codec=getattr(context.codec, "canonical_name", context.name), channels=context.channels)
    stated = _stated_length(container, stream, container.format.name, want, file)
    length = stated
    if length is None and container.duration and container.duration > 0:
        length = container.duration / av.time_base
    if length is None:
        return found
    length = min(length, _longest_possible(file, stream))
    try:
        if stated is not None and stated > limit and _plausible(file, stream, stated):
            _too_long(name, limit, stated)
        if stated is not None and length < want["shortest"]:
            _too_short(name, length)
    except AudioError as error:
        return replace(found, length=length, reason=str(error))
    return replace(found, length=length)


def _counts_frames(file: BufferedReader) -> bool:
    """Whether an MP3 file says how many frames it has, in a Xing, Info or VBRI header."""
    at = file.tell()
    file.seek(0)
    tag = file.read(10)
    if tag[:3] == b"ID3" and len(tag) == 10:
        file.seek(
            10 + sum((byte & 127) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
        )
    first = file.read(1 << 11)
    file.seek(at)
    return any(name in first for name in (b"Xing", b"Info", b"VBRI"))


def _share_present(file: BufferedReader, head: bytes) -> float:
    """How much of what its RIFF or FORM header announces a file holds, 0..1; 1 where it does not say."""
    if head[:4] not in (b"RIFF", b"FORM"):
        return 1.0
    announced = int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")
    if announced >= 0x7FFFF000:  # written while the length was not known
        return 1.0
    return min(1.0, os.fstat(file.fileno()).st_size / (announced + 8))


def _ends_inside_page(file: BufferedReader) -> bool:
    """Whether an Ogg file stops in the middle of a page (RFC 3533, section 6)."""
    file.seek(0)
    if file.read(4) != b"OggS":
        return False
    file.seek(max(0, os.fstat(file.fileno()).st_size - (1 << 17)))  # a page has at most 65307 bytes
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 27:
        return True
    lengths = tail[page + 27 : page + 27 + tail[page + 26]]
    return len(tail) < page + 27 + tail[page + 26] + sum(lengths)


def _plausible(file: BufferedReader, stream: Any, stated: float) -> bool:
    """Whether the file is large enough for what its header claims; only sure for plain samples."""
    return _longest_possible(file, stream) * 1.1 >= stated


def _longest_possible(file: BufferedReader, stream: Any) -> float:
    """Seconds of sound a file has room for; only known of plain samples."""
    context = stream.codec_context
    if not context.name.startswith("pcm_"):
        return math.inf
    bits = re.search(r"\d+", context.name)
    frame = context.channels * (int(bits[0]) // 8 if bits else 1)
    return float(os.fstat(file.fileno()).st_size / (context.rate * frame))


def _too_long(name: str, limit: float, stated: float | None = None) -> NoReturn:
    length = f" ({_clock(stated)})" if stated else ""
    raise AudioError(
        fill(
            "{name}: is longer than the limit of {clock}{length}; cut it into parts",
            name=name,
            clock=_clock(limit),
            length=length,
        )
    )


def _too_short(name: str, length: float) -> NoReturn:
    least = facts()["decoding"]["shortest"]
    raise AudioError(
        fill(
            "{name}: is {length:.2f} s long; at least {least:.1f} s of sound is needed",
            name=name,
            length=length,
            least=least,
        )
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _short(kind: str, name: str) -> str:
    """One name for a container: FFmpeg joins those that share a reader, such as mov,mp4,m4a."""
    names = kind.split(",")
    ending = Path(name).suffix[1:].lower()
    return ending if ending in names else names[0]


class _Reader:
    """Frames of a stream as blocks of float samples at their own rate, with time kept right."""

    def __init__(self, container: Any, stream: Any, want: Mapping[str, Any], limit: float) -> None:
        self.lost = 0.0  # s that could not be decoded
        self.gaps = 0.0  # s the time stamps leave out
        self.jump = 0.0  # s of a jump that was not believed
        self.recounted = False
        self.coarse = False  # samples of 8 bits
        self.broken = False  # the rest could not be read at all
        self._damaged = False  # a packet was lost since the last frame
        self._container, self._stream, self._want, self._limit = container, stream, want, limit
        self._slowest, self._fastest = want["rates"]
        start = container.start_time
        self._shift = start / av.time_base if start is not None and abs(start) < 1 << 60 else 0.0

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """Pairs of rate and samples, float32 with full scale 1, shape (channels, up to about 65536)."""
        held: list[NDArray[Any]] = []
        length = channels = rate = 0
        done = 0.0  # s given out or held
        for frame in self._frames():
            if frame is None or not self._slowest <= frame.sample_rate <= self._fastest:
                self._damaged = True
                continue
            piece = _samples(frame)
            channels = channels or piece.shape[0]
            if piece.shape[0] != channels:
                self.recounted = True
                piece = piece[np.arange(channels) % piece.shape[0]]
            gap = self._gap(frame, done)
            done += gap + piece.shape[1] / frame.sample_rate
            changed = frame.sample_rate != rate or (held and held[0].dtype != piece.dtype)
            if held and (gap or changed or length >= _BLOCK):
                yield rate, _to_float(np.concatenate(held, axis=1))
                held, length = [], 0
            rate = frame.sample_rate
            for _block in range(round(gap * rate) // _BLOCK):
                yield rate, np.zeros((channels, _BLOCK), dtype=np.float32)
            if gap:
                yield rate, np.zeros((channels, max(1, round(gap * rate) % _BLOCK)), dtype=np.float32)
            held.append(piece)
            length += piece.shape[1]
            self.coarse = self.coarse or piece.dtype == np.uint8
        if held:
            yield rate, _to_float(np.concatenate(held, axis=1))

    def _frames(self) -> Iterator[Any]:
        """Decoded frames; None stands for a packet that could not be decoded."""
        packets = self._container.demux(self._stream)
        failures = 0
        while failures < self._want["resyncs"]:
            try:
                packet = next(packets)
                failures = 0
                self.broken = False
            except (StopIteration, av.error.EOFError):
                break
            except (av.error.FFmpegError, IndexError):  # damage: a reader often finds its way behind it
                failures += 1
                self.broken = True
                packets = self._container.demux(self._stream)
                yield None
                continue
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                yield None
        try:
            yield from self._stream.codec_context.decode(None)
        except av.error.FFmpegError:
            return

    def _gap(self, frame: Any, done: float) -> float:
        """Seconds of silence to put before ``frame`` so that it starts when its time stamp says."""
        unit = frame.time_base  # each look makes a new fraction, and a product of fractions takes long
        if frame.pts is None or unit is None:
            return 0.0
        ahead = float(frame.pts * unit.numerator / unit.denominator) - self._shift - done
        damaged, self._damaged = self._damaged, False
        if ahead < self._want["gap_after_loss" if damaged else "gap"]:
            if ahead < -1.0:  # a new chapter that counts from zero again
                self._shift += ahead
            return 0.0
        if done + ahead > self._limit or ahead > self._longest_gap():
            self.jump = max(self.jump, ahead)
            self._shift += ahead
            return 0.0
        if damaged:
            self.lost += ahead
        else:
            self.gaps += ahead
        return ahead

    def _longest_gap(self) -> float:
        whole = self._container.duration
        return whole / av.time_base + 1.0 if whole and whole > 0 else self._limit


def _samples(frame: Any) -> NDArray[Any]:
    """Samples of a decoded frame in their own kind, shape (channels, samples)."""
    raw: NDArray[Any] = frame.to_ndarray()
    return raw if frame.format.is_planar else raw.reshape(-1, len(frame.layout.channels)).T


def _to_float(raw: NDArray[Any]) -> Floats:
    """Samples as float32 with full scale 1, each channel in one piece."""
    samples: Floats = np.ascontiguousarray(raw, dtype=np.float32)
    if raw.dtype == np.uint8:
        samples = (samples - np.float32(128.0)) / np.float32(128.0)
    elif raw.dtype.kind == "i":
        samples = samples / np.float32(2.0 ** (8 * raw.dtype.itemsize - 1))
    return samples


class _Writer:
    """Takes blocks, notes their extremes, and keeps them as int16 at 16 kHz."""

    def __init__(self, channels: int, rate: int, codec: str, *, coarse: bool) -> None:
        want = facts()["flat_top"]
        self.first_rate = rate
        self.not_numbers = 0
        self._rate = rate
        self._channels = channels
        self._resamplers = self._fresh()
        self._full = facts()["full_scale"].get(codec, 1.0) - 1.5 / 32768.0
        self._flat_from = math.inf if coarse or codec in want["coarse"] else want["from_peak"]
        self._run = max(want["fewest"], round(want["run"] * rate))
        self._store = _Store(channels)
        self._count = 0
        self._sum = np.zeros(channels)
        self._at_full = np.zeros(channels, dtype=np.int64)
        self._top = np.zeros((2, channels), dtype=np.float32)  # highest sample, and lowest upside down
        self._flat = np.zeros((2, channels), dtype=np.int64)  # samples in runs that stay exactly there

    @property
    def seconds(self) -> float:
        return self._store.samples / RATE

    def add(self, block: Floats, rate: int) -> None:
        if rate != self._rate:
            self._flush()
            self._rate = rate
            self._resamplers = self._fresh()
        bad = ~np.isfinite(block)
        if bad.any():
            self.not_numbers += int(bad.sum())
            block = np.where(bad, np.float32(0.0), block)
        self._note(block)
        block = np.clip(block, -1.0, 1.0)
        self._sum += block.sum(axis=1, dtype=np.float64)
        if rate == RATE:
            self._store.add(np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16))
            return
        parts = []
        for channel, resampler in zip(block, self._resamplers, strict=True):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(channel)[None, :], format="flt", layout="mono"
            )
            frame.sample_rate = rate
            parts.append(_joined(resampler.resample(frame)))
        self._store.add(np.stack(parts))

    def finish(self) -> NDArray[np.int16]:
        self._flush()
        return self._store.finish()

    def extremes(self) -> tuple[Extremes, ...]:
        found = []
        for k in range(self._channels):
            flat = int(self._flat[:, k].sum())
            clipped = int(self._at_full[k]) or flat
            found.append(
                Extremes(
                    peak=float(self._top[:, k].max()),
                    clipping=clipped / max(1, self._count),
                    dc_offset=float(self._sum[k]) / max(1, self._count),
                )
            )
        return tuple(found)

    def _fresh(self) -> list[Any]:
        return [av.AudioResampler(format="s16", layout="mono", rate=RATE) for _ in range(self._channels)]

    def _flush(self) -> None:
        if self._rate != RATE and self._count:
            self._store.add(np.stack([_joined(r.resample(None)) for r in self._resamplers]))

    def _note(self, block: Floats) -> None:
        self._count += block.shape[1]
        for side, signed in enumerate((block, -block)):
            top = signed.max(axis=1)
            self._at_full += np.where(top >= self._full, (signed >= self._full).sum(axis=1), 0)
            for k in np.nonzero(top >= np.maximum(self._top[side], self._flat_from))[0]:
                if top[k] > self._top[side, k]:
                    self._flat[side, k] = 0
                self._flat[side, k] += _in_runs(signed[k] == top[k], self._run)
            np.maximum(self._top[side], top, out=self._top[side])


def _in_runs(mask: NDArray[np.bool_], shortest: int) -> int:
    """How many true values stand in runs of at least ``shortest``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= shortest].sum())


def _joined(frames: list[Any]) -> NDArray[np.int16]:
    parts = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


class _Store:
    """Growing int16 samples: in memory while small, in a temporary file without a name once large."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self._channels = channels
        self._parts: list[NDArray[np.int16]] = []
        self._file: Any = None

    def add(self, block: NDArray[np.int16]) -> None:
        self.samples += block.shape[1]
        part = np.ascontiguousarray(block.T)
        if self._file is None:
            self._parts.append(part)
            if self.samples * self._channels * 2 > _MEMORY:
                self._spill()
        else:
            self._write(part)

    def finish(self) -> NDArray[np.int16]:
        """All samples, shape (channels, samples)."""
        if self._file is None:
            return np.ascontiguousarray(np.concatenate(self._parts).T)
        try:
            self._file.flush()
        except OSError as error:
            self._full(error)
        mapped = np.memmap(self._file, dtype=np.int16, mode="r", shape=(self.samples, self._channels))
        self._file.close()
        return mapped.T

    def _spill(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="voicecoach-")  # noqa: SIM115 - lives as long as the samples
        except OSError as error:
            self._full(error)
        for part in self._parts:
            self._write(part)
        self._parts = []

    def _write(self, part: NDArray[np.int16]) -> None:
        try:
            self._file.write(part.data)
        except OSError as error:
            self._full(error)

    def _full(self, error: OSError) -> NoReturn:
        folder = tempfile.gettempdir()
        need = math.ceil(self.samples * self._channels * 2 / 1e6)
        raise OutputError(
            fill(
                "{folder}: {error} after {need} MB of decoded sound; free some space or set TMPDIR "
                "to a folder that has it",
                folder=folder,
                error=error.strerror or error,
                need=need,
            )
        ) from None
