"""A channel -> words. The only importer of faster_whisper.

Times are seconds in the original recording. Samples are mono, 16 kHz, int16 or float32 in -1..1.

Each channel is cut into windows of at most 30 s of speech (the length Whisper was trained on); long silences
are left out, short ones stay. Windows of all channels are decoded in batches by as many workers as there are
threads. Two nets catch what batching is known to lose: windows that come out repetitive or improbable are
decoded again one by one with rising temperature (Radford et al. 2023, section 4.5), and speech that got no
words is decoded once more on its own.

Where the language is not told, the model says for every window which languages it hears. A window that
holds another one, too, is taken apart at its pauses, and each part is decoded in its own language.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import ModelError, UsageError
from voicecoach.i18n import fill
from voicecoach.types import Floats, Segment, Word

if TYPE_CHECKING:
    from voicecoach.models import Model

RATE = 16000
FRAME = 512  # samples behind one speech probability
LOUD = 0.1  # RMS of loud speech as Silero hears it best, -20 dBFS; it misses more above -12 and below -40
WINDOW = 30.0  # seconds Whisper hears at once
BATCH = 5  # windows decoded together by one worker: more need more memory and gain little
MANY = 24  # from so many windows on, about ten minutes of speech, fewer are decoded together
BATCH_OF_MANY = 3

Samples = NDArray[np.int16] | Floats
Progress = Callable[[float], None]  # called with the share of speech decoded so far, 0..1


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode. The numbers are decoder settings, not judgements of a speaker.

    ``compression_ratio`` and ``logprob`` are the limits beyond which Whisper's authors decode again (2.4 and
    -1.0). ``speech`` is lower than Silero's usual 0.5, because speech on a telephone line reaches about half
    the probability of speech in a room; what is let in too much, our own voice activity takes out again.
    """

    beam_size: int = 5
    speech: float = 0.35
    min_silence: float = 0.5  # a shorter silence does not end a stretch of speech
    pad: float = 0.3  # kept before and after a stretch
    keep_gap: float = 1.2  # a silence up to this long is left in the window as it is
    compression_ratio: float = 2.4
    logprob: float = -1.0
    rescue: float = 1.0  # speech of at least this length without a word is decoded again
    other_language: float = 0.1  # a window in which another language is as likely is looked at in parts
    sure_language: float = 0.9  # a part as sure to be in a language is decoded in it,
    language_seconds: float = 3.0  # if it is as long; the model often errs on shorter ones


@dataclass(frozen=True, slots=True)
class Transcript:
    """Segments of each channel, in order of time, and the language that most of the speech is in."""

    language: str
    language_probability: float
    channels: tuple[tuple[Segment, ...], ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """Pieces of one channel, (start, end) in samples, that are decoded as one stretch of audio."""

    channel: int
    pieces: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        return sum(end - start for start, end in self.pieces)

    def audio(self, samples: Samples) -> Floats:
        return np.concatenate([_float(samples[start:end]) for start, end in self.pieces])

    def time(self, at: float) -> tuple[int, float]:
        """Piece number and original time of a moment ``at`` seconds into the window."""
        left = max(0.0, at)
        for number, (start, end) in enumerate(self.pieces):
            length = (end - start) / RATE
            if left < length or number == len(self.pieces) - 1:
                return number, start / RATE + min(left, length)
            left -= length
        raise AssertionError("a window has at least one piece")

    def place(self, word: Word) -> Word:
        """The same word at its time in the recording, inside the one piece that holds its middle."""
        number, _ = self.time((word.start + word.end) / 2)
        low, high = (edge / RATE for edge in self.pieces[number])
        at_start, start = self.time(word.start)
        at_end, end = self.time(word.end)
        start = start if at_start == number else low
        end = end if at_end == number else high
        return replace(word, start=round(start, 3), end=round(max(start, end), 3))


def _float(samples: Samples) -> Floats:
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768.0)
    return np.asarray(samples, dtype=np.float32)


def speech_probability(samples: Samples) -> Floats:
    """Probability that each 32 ms of a channel holds speech, by the Silero VAD that faster-whisper ships
    (MIT).

    Parameters
    ----------
    samples : shape (samples,), 16 kHz, int16 or float32.

    Returns
    -------
    Shape (ceil(samples / 512),), 0..1. Worked out in blocks of a minute, so memory does not grow with
    length. The channel is heard as if its loud parts were at LOUD, where the detector hears best, so a low
    recording level loses no speech.
    """
    if len(samples) == 0:
        return np.zeros(0, np.float32)
    from faster_whisper.vad import get_vad_model

    session = get_vad_model().session
    state, cell = np.zeros((2, 1, 1, 128), np.float32)
    before = np.zeros((1, 64), np.float32)  # each frame is heard with the last 64 samples before it
    block = 1875 * FRAME
    gain = _gain(samples, block)
    found = []
    for at in range(0, len(samples), block):
        piece = _float(samples[at : at + block]) * gain
        frames = np.pad(piece, (0, -len(piece) % FRAME)).reshape(-1, FRAME)
        context = np.concatenate([before, frames[:-1, -64:]])
        heard, state, cell = session.run(
            None, {"input": np.concatenate([context, frames], axis=1), "h": state, "c": cell}
        )
        before = frames[-1:, -64:]
        found.append(np.asarray(heard, np.float32).reshape(-1))
    return np.concatenate(found)


def _gain(samples: Samples, block: int) -> np.float32:
    """What brings the loudest frames of a channel (99th percentile) to LOUD; at most 30 dB."""
    power = []
    for at in range(0, len(samples), block):
        piece = _float(samples[at : at + block])
        starts = np.arange(0, len(piece), FRAME)
        power.append(np.add.reduceat(piece * piece, starts) / FRAME)
    loud = float(np.sqrt(np.percentile(np.concatenate(power), 99)))
    return np.float32(min(LOUD / max(loud, 1e-9), 10**1.5))


def stretches(
    probability: Floats, total: int, options: DecodeOptions, minimum: float = 0.0
) -> list[tuple[int, int]]:
    """Stretches that may hold speech as (start, end) in samples, padded, in order, not overlapping.

    Speech goes on until the probability has stayed 0.15 below the threshold for ``options.min_silence``
    (Silero's own hysteresis). ``total`` is the length of the channel in samples, ``minimum`` the shortest
    stretch in seconds.
    """
    found: list[list[int]] = []
    last = start = -1
    silence = options.min_silence * RATE / FRAME
    for k, p in enumerate(probability.tolist()):
        if p >= options.speech:
            start = k if start < 0 else start
            last = k
        elif start >= 0 and p < options.speech - 0.15 and k - last >= silence:
            found.append([start, last + 1])
            start = -1
        elif start >= 0 and p >= options.speech - 0.15:
            last = k
    if start >= 0:
        found.append([start, last + 1])
    pad = round(options.pad * RATE)
    edges: list[tuple[int, int]] = []
    for first, end in found:
        if (end - first) * FRAME < minimum * RATE:
            continue
        low, high = max(0, first * FRAME - pad), min(total, end * FRAME + pad)
        if edges and low < edges[-1][1]:
            middle = (low + edges[-1][1]) // 2
            edges[-1], low = (edges[-1][0], middle), middle
        edges.append((low, high))
    return edges


def windows(
    channel: int, speech: Sequence[tuple[int, int]], probability: Floats, options: DecodeOptions
) -> list[_Window]:
    """Pack stretches of speech into windows of at most 30 s."""
    limit = round(WINDOW * RATE)
    parts = [part for stretch in speech for part in _split(stretch, probability, limit)]
    near = round((options.keep_gap - 2 * options.pad) * RATE)
    fewest = len(_filled(parts, near, limit))
    low, high = max((end - start for start, end in parts), default=0), limit
    while low < high:  # the smallest limit with as many windows: windows alike keep all workers equally busy
        middle = (low + high) // 2
        low, high = (low, middle) if len(_filled(parts, near, middle)) == fewest else (middle + 1, high)
    return [_Window(channel, tuple(pieces)) for pieces in _filled(parts, near, low)]


def _filled(parts: Sequence[tuple[int, int]], near: int, limit: int) -> list[list[tuple[int, int]]]:
    """The parts in groups as full as the limit lets them be; in a group, near parts are one piece."""
    groups: list[list[tuple[int, int]]] = []
    filled = 0
    for start, end in parts:
        joins = bool(groups) and start - groups[-1][-1][1] <= near
        more = end - (groups[-1][-1][1] if joins else start)
        if not groups or filled + more > limit:
            groups.append([(start, end)])
            filled = end - start
        else:
            groups[-1][-1:] = [(groups[-1][-1][0], end)] if joins else [groups[-1][-1], (start, end)]
            filled += more
    return groups


def _split(stretch: tuple[int, int], probability: Floats, limit: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch longer than a window where speech is least probable in the last third of each window."""
    start, end = stretch
    while end - start > limit:
        low, high = (start + limit * 2 // 3) // FRAME, (start + limit) // FRAME
        cut = (low + int(np.argmin(probability[low:high]))) * FRAME
        yield start, cut
        start = cut
    yield start, end


class Recogniser:
    """A loaded Whisper model.

    Parameters
    ----------
    model : the verified weights.
    device : "cpu", "cuda", one of several GPUs as "cuda:1", or "auto".
    compute_type : a CTranslate2 type; int8 on a CPU and float16 on a GPU unless said otherwise.
    threads : workers that decode at the same time, each on one core; all cores when None.

    Raises
    ------
    ModelError : the weights cannot be loaded on that device.
    """

    def __init__(
        self, model: Model, *, device: str = "cpu", compute_type: str = "default", threads: int | None = None
    ) -> None:
        self.model = model
        device, _, index = (_found_device() if device == "auto" else device).partition(":")
        self.device, self._index = device, int(index or 0)
        usual = "int8" if self.device == "cpu" else "float16"
        self.compute_type = usual if compute_type == "default" else compute_type
        self.threads = threads or _cores()
        self._hearing = threading.local()  # .languages: what the windows a thread decodes are heard to be in

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        hearing = self._hearing

        class Whisper(WhisperModel):  # type: ignore[misc]
            """Encodes a batch window by window: no slower on a CPU, and a third of the memory."""

            def encode(self, features: Floats) -> Any:
                encoded = self._encoded(features)
                if (languages := getattr(hearing, "languages", None)) is not None:
                    languages.extend(
                        {code[2:-2]: p for code, p in ranked}
                        for ranked in self.model.detect_language(encoded)
                    )
                return encoded

            def _encoded(self, features: Floats) -> Any:
                if len(features) == 1 or features.ndim == 2 or self.model.device != "cpu":
                    return super().encode(features)
                from ctranslate2 import StorageView

                return StorageView.from_array(
                    np.concatenate([np.asarray(super(Whisper, self).encode(one[None])) for one in features])
                )

        path, files = self.model.load_arguments()
        try:
            return Whisper(
                str(path),
                files=files,
                device=self.device,
                device_index=self._index,
                compute_type=self.compute_type,
                cpu_threads=1,
                num_workers=self.threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                fill(
                    "model {name} cannot be loaded on {device} as {compute_type}: {error}; try --device "
                    "cpu --compute-type default, or check the weights with: voicecoach models verify "
                    "{name}",
                    name=self.model.name,
                    device=self.device,
                    compute_type=self.compute_type,
                    error=" ".join(str(error).split()),
                )
            ) from error

    def load(self) -> None:
        """Load the weights now rather than with the first word."""
        _ = self._whisper

    def check_language(self, language: str | None) -> None:
        """Raise UsageError where the model does not know the language; needs no weights loaded."""
        known = self.model.languages
        if language is not None and known and language not in known:
            shown = (
                ", ".join(known)
                if len(known) < 8
                else f"{len(known)} languages, by codes such as en, es, ja, ru, zh"
            )
            raise UsageError(
                fill(
                    "model {name} does not know the language {language!r}; it knows {shown}",
                    name=self.model.name,
                    language=language,
                    shown=shown,
                )
            )

    def transcribe(
        self,
        channels: Sequence[Samples],
        probabilities: Sequence[Floats],
        *,
        language: str | None = None,
        options: DecodeOptions | None = None,
        progress: Progress | None = None,
    ) -> Transcript:
        """Words of each channel, with times and probabilities.

        Parameters
        ----------
        channels : signals at 16 kHz, shape (samples,) each, one voice or a mix each.
        probabilities : ``speech_probability`` of each channel.
        language : code such as "en"; found from the fullest windows when None.
        """
        self.check_language(language)
        options = options or DecodeOptions()
        speech = [stretches(p, len(c), options) for c, p in zip(channels, probabilities, strict=True)]
        todo = [w for k, s in enumerate(speech) for w in windows(k, s, probabilities[k], options)]
        if not todo:
            return Transcript(language or "", 0.0, tuple(() for _ in channels))
        told = language is not None or not self._whisper.model.is_multilingual
        main, certainty = (language, 1.0) if language else self._find_language(todo, channels)
        heard: dict[_Window, Mapping[str, float]] = {}
        found = self._decode(todo, channels, main, options, progress, None if told else heard)
        for window, ranked in heard.items():
            if any(p >= options.other_language for code, p in ranked.items() if code != main):
                parts = self._parts(
                    window,
                    ranked,
                    speech[window.channel],
                    channels,
                    probabilities[window.channel],
                    main,
                    options,
                )
                if set(parts) != {main}:
                    del found[window]
                    for code, own in parts.items():
                        again = windows(window.channel, own, probabilities[window.channel], options)
                        found.update(self._decode(again, channels, code, options))
        decoded: list[list[Segment]] = [[] for _ in channels]
        for window, segments in found.items():
            decoded[window.channel].extend(segments)
        missed: dict[str, list[_Window]] = {}
        for k, own in enumerate(speech):
            for code, left in _by_language(
                _without_words(own, decoded[k], probabilities[k], options), decoded[k], main
            ).items():
                missed.setdefault(code, []).extend(windows(k, left, probabilities[k], options))
        for code, again in missed.items():
            for window, segments in self._decode(again, channels, code, options).items():
                decoded[window.channel].extend(_fitting(segments, decoded[window.channel]))
        most = _most(decoded, main)
        ordered = tuple(
            tuple(_told(segment, most) for segment in sorted(segments, key=lambda s: s.start))
            for segments in decoded
        )
        if most != main:
            total = sum(window.length for window in heard)
            certainty = sum(r.get(most, 0.0) * window.length for window, r in heard.items()) / total
        return Transcript(most, certainty, ordered)

    def _find_language(self, todo: Sequence[_Window], channels: Sequence[Samples]) -> tuple[str, float]:
        whisper = self._whisper
        if not whisper.model.is_multilingual:
            return "en", 1.0
        votes: dict[str, float] = {}
        fullest = sorted(todo, key=lambda w: -w.length)[:4]
        for number, window in enumerate(fullest, 1):
            _, _, ranked = whisper.detect_language(audio=window.audio(channels[window.channel]))
            for code, p in ranked:
                votes[code] = votes.get(code, 0.0) + p
            best = max(votes, key=votes.__getitem__)
            if votes[best] / number >= 0.8:
                break
        return best, votes[best] / number

    def _parts(
        self,
        window: _Window,
        ranked: Mapping[str, float],
        speech: Sequence[tuple[int, int]],
        channels: Sequence[Samples],
        probability: Floats,
        main: str,
        options: DecodeOptions,
    ) -> dict[str, list[tuple[int, int]]]:
        """The stretches of speech in a window by the language that the model hears in them.

        A short stretch goes with those around it where they agree, else with the call.
        """
        likely = max(ranked, key=ranked.__getitem__)
        inside = [
            (max(start, low), min(end, high))
            for low, high in window.pieces
            for start, end in speech
            if start < high and end > low
        ]
        if ranked[likely] >= options.sure_language:
            return {likely: inside}
        here = {main, *(code for code, p in ranked.items() if p >= options.other_language)}
        signal, finer = channels[window.channel], replace(options, min_silence=0.2, pad=0.1)
        sure: list[str] = []
        cut: list[tuple[int, int]] = []
        for start, end in inside:
            found = self._language_of(signal[start:end], here, options)
            pieces = [(start, end)]
            if not found and end - start >= 2 * options.language_seconds * RATE:
                near = probability[start // FRAME : -(-end // FRAME)]
                pieces = [(start + a, start + b) for a, b in stretches(near, end - start, finer)] or pieces
            for first, last in pieces:
                cut.append((first, last))
                again = len(pieces) > 1 and not found
                sure.append(self._language_of(signal[first:last], here, options) if again else found)
        inside = cut
        parts: dict[str, list[tuple[int, int]]] = {}
        for at, part in enumerate(inside):
            before = next(filter(None, reversed(sure[: at + 1])), main)
            after = next(filter(None, sure[at:]), main)
            parts.setdefault(before if before == after else main, []).append(part)
        return parts

    def _language_of(self, signal: Samples, languages: Collection[str], options: DecodeOptions) -> str:
        """Which of some languages a stretch is surely in; "" where it is too short or none is sure."""
        if len(signal) < options.language_seconds * RATE:
            return ""
        _, _, heard = self._whisper.detect_language(audio=_float(signal))
        likely = {code: p for code, p in heard if code in languages}
        best = max(likely, key=likely.__getitem__, default="")
        return best if best and likely[best] >= options.sure_language * sum(likely.values()) else ""

    def _decode(
        self,
        todo: Sequence[_Window],
        channels: Sequence[Samples],
        language: str,
        options: DecodeOptions,
        progress: Progress | None = None,
        languages: dict[_Window, Mapping[str, float]] | None = None,
    ) -> dict[_Window, list[Segment]]:
        """The segments of each window; ``languages`` is given what each is heard to be in, 0..1 by code."""
        from faster_whisper import BatchedInferencePipeline

        whisper = self._whisper
        total = sum(w.length for w in todo)
        done = 0

        def work(batch: Sequence[_Window]) -> list[tuple[_Window, Segment]]:
            nonlocal done
            clips, audio, at = [], [], 0
            for window in batch:
                clips.append({"start": at / RATE, "end": (at + window.length) / RATE})
                audio.append(window.audio(channels[window.channel]))
                at += window.length
            self._hearing.languages = None if languages is None else []
            found, _ = BatchedInferencePipeline(whisper).transcribe(
                np.concatenate(audio),
                language=language,
                beam_size=options.beam_size,
                word_timestamps=True,
                without_timestamps=True,
                clip_timestamps=clips,
                batch_size=len(batch),
                condition_on_previous_text=False,
            )
            heard = []
            for segment in found:
                middle = segment.words[len(segment.words) // 2].start if segment.words else segment.start
                k = max(n for n, clip in enumerate(clips) if clip["start"] <= middle or n == 0)
                heard.append((batch[k], _segment(segment, offset=clips[k]["start"])))
            if languages is not None:
                languages.update(zip(batch, self._hearing.languages, strict=True))
            self._hearing.languages = None
            done += at
            _give_back()
            if progress is not None:
                progress(min(1.0, done / total))
            return [
                pair
                for window, one in heard
                for pair in self._again(window, one, channels, language, options)
            ]

        pool = ThreadPoolExecutor(self.threads)
        try:
            results = list(pool.map(work, _batches(todo, self.threads)))
        finally:  # after an error or an interrupt nobody waits for batches not yet begun
            pool.shutdown(wait=False, cancel_futures=True)
        segments: dict[_Window, list[Segment]] = {window: [] for window in todo}
        for window, segment in (pair for result in results for pair in result):
            words = tuple(replace(window.place(word), language=language) for word in segment.words)
            if words:
                segments[window].append(
                    replace(segment, start=words[0].start, end=words[-1].end, words=words)
                )
        return segments

    def _again(
        self,
        window: _Window,
        segment: Segment,
        channels: Sequence[Samples],
        language: str,
        options: DecodeOptions,
    ) -> Iterator[tuple[_Window, Segment]]:
        """The segment, or what a repetitive or improbable window gives when decoded with fallback."""
        if segment.compression_ratio <= options.compression_ratio and segment.avg_logprob >= options.logprob:
            yield window, segment
            return
        found, _ = self._whisper.transcribe(
            window.audio(channels[window.channel]),
            language=language,
            beam_size=options.beam_size,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        for one in found:
            yield window, _segment(one, offset=0.0)


def _segment(found: Any, *, offset: float) -> Segment:
    words = tuple(
        Word(w.word, float(w.start) - offset, float(w.end) - offset, float(w.probability))
        for w in found.words or ()
        if w.word.strip()
    )
    return Segment(
        found.text,
        float(found.start) - offset,
        float(found.end) - offset,
        words,
        float(found.no_speech_prob),
        float(found.avg_logprob),
        float(found.compression_ratio),
    )


def _batches(todo: Sequence[_Window], workers: int) -> list[list[_Window]]:
    """Batches of like size, the fullest windows first, so that workers end together."""
    size = BATCH if len(todo) < MANY else BATCH_OF_MANY
    rounds = -(-len(todo) // (size * workers))
    count = min(len(todo), rounds * workers)
    lots: list[list[_Window]] = [[] for _ in range(count)]
    for window in sorted(todo, key=lambda w: -w.length):
        min(lots, key=lambda lot: (sum(w.length for w in lot), len(lot))).append(window)
    return lots


def _without_words(
    speech: Sequence[tuple[int, int]],
    segments: Sequence[Segment],
    probability: Floats,
    options: DecodeOptions,
) -> list[tuple[int, int]]:
    """Parts of the stretches, at least ``options.rescue`` seconds of probable speech, that no word covers."""
    words = sorted((w.start, w.end) for s in segments for w in s.words)
    pad = round(options.pad * RATE)
    found = []
    for start, end in speech:
        at = start
        for low, high in [
            *((a, b) for a, b in words if b * RATE > start and a * RATE < end),
            (end / RATE, end / RATE),
        ]:
            free = (at, round(low * RATE))
            sure = probability[free[0] // FRAME : free[1] // FRAME] >= options.speech
            if np.count_nonzero(sure) * FRAME >= options.rescue * RATE:
                found.append((max(start, free[0] - pad), min(end, free[1] + pad)))
            at = max(at, round(high * RATE))
    return found


def _by_language(
    parts: Sequence[tuple[int, int]], segments: Sequence[Segment], main: str
) -> dict[str, list[tuple[int, int]]]:
    """Parts of a channel by the language of the word that is nearest."""
    words = [word for segment in segments for word in segment.words]
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end in parts:
        middle = (start + end) / 2 / RATE
        near = min(words, key=lambda word: abs((word.start + word.end) / 2 - middle), default=None)
        found.setdefault(near.language if near else main, []).append((start, end))
    return found


def _most(channels: Sequence[Sequence[Segment]], main: str) -> str:
    """The language that words are said in for the longest time; ``main`` where there are no words."""
    seconds: dict[str, float] = {main: 0.0}
    for word in (word for segments in channels for segment in segments for word in segment.words):
        seconds[word.language] = seconds.get(word.language, 0.0) + word.end - word.start
    return max(seconds, key=seconds.__getitem__)


def _told(segment: Segment, main: str) -> Segment:
    """The segment, with the language of its words only where it is another than the call's."""
    words = tuple(replace(word, language="") if word.language == main else word for word in segment.words)
    return replace(segment, words=words)


def _fitting(segments: Sequence[Segment], present: Sequence[Segment], near: float = 1.0) -> list[Segment]:
    """What the second decoding found, without words that lie on words already there or repeat one.

    A word less than ``near`` seconds away was heard at first, too, and only put at a wrong time.
    """
    there = [w for s in present for w in s.words]

    def new(word: Word) -> bool:
        middle = (word.start + word.end) / 2
        return not any(
            w.start < middle < w.end
            or (w.bare == word.bare and w.start - near < word.end and word.start < w.end + near)
            for w in there
        )

    kept = []
    for segment in segments:
        words = tuple(filter(new, segment.words))
        if words:
            text = "".join(w.text for w in words)
            kept.append(replace(segment, text=text, words=words, start=words[0].start, end=words[-1].end))
    return kept


def _give_back() -> None:
    """Hand freed memory back to the system where the C library keeps it (glibc): threads fragment it."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _found_device() -> str:
    from ctranslate2 import get_cuda_device_count

    return "cuda" if get_cuda_device_count() else "cpu"


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1
