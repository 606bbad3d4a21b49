"""The sound of a recording in its page: compressed and written into it, or linked.

Time zero of the compressed sound is that of the recording. How it is compressed, and why so, stands in
sound.yaml.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EMBEDDED, LINKED, NONE = "embedded", "linked", "none"
COPY = ".redacted.flac"  # of a recording with a tone in it, beside its page

_BLOCK = 16000 * 30  # samples of a channel encoded at once


@dataclass(frozen=True, slots=True)
class Sound:
    """Where a page takes its sound from: ``url`` is a data: URI, a relative address, or empty for none.

    ``how`` is "embedded", "linked" or "none"; ``note`` says in a sentence what the reader should know.
    """

    url: str
    mime: str
    how: str
    note: str


@dataclass(frozen=True, slots=True)
class _Settings:
    codec: str
    container: str
    mime: str
    rate: int
    bits: Mapping[int, int]
    options: Mapping[str, str]
    note: str
    longest: float
    played: tuple[str, ...]
    texts: Mapping[str, str]


@cache
def settings() -> _Settings:
    """Read sound.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("sound.yaml")).fields(
        ("version", "compressed", "embed_at_most", "played", "texts")
    )
    how = file["compressed"].fields(
        ("codec", "container", "mime", "rate", "bits_a_second", "options", "note")
    )
    return _Settings(
        codec=how["codec"].text(),
        container=how["container"].text(),
        mime=how["mime"].text(),
        rate=how["rate"].whole(least=8000),
        bits={int(key): value.whole(least=6000) for key, value in how["bits_a_second"].mapping().items()},
        options=_texts(how["options"]),
        note=how["note"].text(),
        longest=file["embed_at_most"].number(least=1),
        played=file["played"].texts(),
        texts=_texts(file["texts"]),
    )


def chosen(
    how: str,
    path: str | os.PathLike[str],
    page: str | os.PathLike[str],
    samples: NDArray[np.int16] | None = None,
    *,
    bleeped: Sequence[Sequence[float]] | None = None,
    keep: Callable[[str, bytes], object] | None = None,
) -> Sound:
    """Return the sound of a page as asked for: "embed", "link" or "none".

    A recording that is decoded already, as ``audio.samples`` gives it, is not decoded again. Where times are
    to be ``bleeped``, pairs of start and end in seconds or none of them, the page never plays the recording
    itself: a link leads to a copy that is written beside the page, by ``keep`` if given, with its name and
    content. Raises what ``embed`` raises.
    """
    if how not in ("embed", "link"):
        return nothing()
    if bleeped is not None:
        return _bleeped(how, path, page, samples, bleeped, keep)
    linked = link(path, page)
    if how == "link":
        return linked
    return embed(path, linked) if samples is None else embedded(samples, linked)


def _bleeped(
    how: str,
    path: str | os.PathLike[str],
    page: str | os.PathLike[str],
    samples: NDArray[np.int16] | None,
    times: Sequence[Sequence[float]],
    keep: Callable[[str, bytes], object] | None,
) -> Sound:
    """The sound with a tone at these times, in the page or as a copy beside it."""
    from voicecoach import audio
    from voicecoach.redact.bleep import bleep, flac
    from voicecoach.reports import write_bytes

    covered = bleep(audio.samples(path) if samples is None else samples, times, audio.RATE)
    if how == "embed" and covered.shape[1] <= settings().longest * audio.RATE:
        return embedded(covered)
    copy = Path(page).with_name(Path(page).name.removesuffix(".html") + COPY)
    content = flac(covered, audio.RATE)
    if keep is None:
        write_bytes(copy, [content], mode=0o644)
    else:
        keep(copy.name, content)
    linked = link(copy, page)
    return linked if how == "link" else embedded(covered, linked)


def embed(path: str | os.PathLike[str], otherwise: Sound | None = None) -> Sound:
    """Return the whole recording, compressed, for a page.

    Of one longer than is sensible it is ``otherwise``, such as a link, or nothing.

    Raises
    ------
    AudioError
        The recording cannot be read.
    OutputError
        The temporary folder is full.
    """
    from voicecoach import audio

    return embedded(audio.samples(path), otherwise)


def embedded(samples: NDArray[np.int16], otherwise: Sound | None = None) -> Sound:
    """Return what ``embed`` does of a recording that is decoded already, as ``audio.samples`` gives it."""
    from voicecoach import audio

    want = settings()
    if samples.shape[1] > want.longest * audio.RATE:
        why = _(want.texts["long"]).format(minutes=number(want.longest / 60, 0))
        instead = otherwise or nothing()
        return replace(instead, note=_("{first} {second}").format(first=why, second=instead.note))
    found = compressed(samples)
    return Sound(f"data:{want.mime.replace(' ', '')};base64,{found}", want.mime, EMBEDDED, _(want.note))


def link(path: str | os.PathLike[str], page: str | os.PathLike[str]) -> Sound:
    """Return where a page finds a recording on the same disk, as an address relative to the page.

    A recording that is on no disk, such as one of an object store, gives no sound.
    """
    want, name = settings(), Path(os.fspath(path)).name
    if "://" in os.fspath(path):
        return Sound("", "", NONE, _(want.texts["no_file"]).format(name=name))
    place = Path(os.fspath(path)).absolute()
    try:
        url = quote(os.fsencode(Path(os.path.relpath(place, Path(page).absolute().parent)).as_posix()))
    except ValueError:  # on another drive
        url = place.as_uri()
    suffix = place.suffix.lower().removeprefix(".")
    note = _(want.texts["link" if suffix in want.played else "unknown"]).format(name=name, suffix=suffix)
    return Sound(url, "", LINKED, note)


def nothing() -> Sound:
    """No sound, and a sentence that says so."""
    return Sound("", "", NONE, _(settings().texts["none"]))


def policy(sound: Sound | None) -> Mapping[str, Sequence[str]]:
    """What a page's Content-Security-Policy must let it do to play its sound."""
    allowed = {EMBEDDED: ("data:",), LINKED: ("'self'", "file:")}
    found = allowed.get(sound.how, ()) if sound else ()
    return {"media-src": found} if found else {}


def compressed(samples: NDArray[np.int16]) -> str:
    """Compress samples of 16 kHz, shape (channels, samples), and return the file in base64."""
    import av

    want = settings()
    count = samples.shape[0] if samples.shape[0] in want.bits else 1
    layout = "stereo" if count == 2 else "mono"
    out = io.BytesIO()
    with av.open(out, "w", format=want.container) as container:
        stream: Any = container.add_stream(want.codec, rate=want.rate)
        stream.bit_rate, stream.layout, stream.options = want.bits[count], layout, dict(want.options)
        for start, block in _blocks(samples, count):
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = want.rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return base64.b64encode(out.getbuffer()).decode()


def _blocks(samples: NDArray[np.int16], count: int) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """Yield pieces for the encoder with the sample each begins at, shape (1, samples * channels)."""
    import numpy as np

    for start in range(0, samples.shape[1], _BLOCK):
        piece = samples[:, start : start + _BLOCK]
        if len(samples) != count:
            piece = piece.mean(axis=0, keepdims=True).astype(np.int16)
        yield start, np.ascontiguousarray(piece.T).reshape(1, -1)


def _texts(found: Value) -> Mapping[str, str]:
    return {key: value.text() for key, value in found.mapping().items()}
