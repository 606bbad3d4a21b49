"""A practice call: the caller's lines are played or shown, the answers recorded, line after line.

Knows no terminal and no sound card: what it needs of them are the protocols below. All times are seconds in
the recording, so the microphone is the only clock. The recording has two channels and grows as the call
does: left the agent, right the caller's line at the moment it was played (silence where it was only shown).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from voicecoach.datafile import read_file
from voicecoach.errors import MicrophoneError, OutputError

if TYPE_CHECKING:
    from voicecoach.record.meter import Live, Meter
    from voicecoach.record.wav import WavWriter
    from voicecoach.scenarios import Line, Scenario

Samples = NDArray[np.int16]
StopHeard = Callable[[Samples, int], bool]  # an answer, shape (samples,), and its rate
Keep = Callable[["Played"], None]  # the call so far

# what the agent can do with a key
DONE = "done"  # my answer is over; I have read the line
AGAIN = "again"  # say the line once more
STOP = "stop"

# why a call ended
ALL_SAID = "done"
STOPPED = "stopped"
STOP_WORD = "stop word"
INTERRUPTED = "interrupted"
BROKEN_OFF = "broken off"

BLOCK_TIMEOUT = 0.25  # seconds to wait for a block before the keys are looked at again


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """The values of practice.yaml that a call goes by, in seconds; ``in_a_row`` is a number of takes."""

    least: float
    end_silence: float
    short: float
    end_silence_short: float
    hint: float
    give_up: float
    character: float
    least_reading: float
    in_a_row: int

    def silence_after(self, spoken: float) -> float:
        """How long a silence ends an answer of ``spoken`` seconds."""
        longest = max(self.end_silence, self.end_silence_short)
        return longest if spoken < self.short else self.end_silence

    def reading(self, text: str) -> float:
        """How long a shown line counts as the caller's turn."""
        return max(self.least_reading, self.character * len(text))


@cache
def settings() -> PracticeSettings:
    """Read practice.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("practice.yaml")).fields(
        ("version", "answer", "reading", "lots")
    )

    def value(part: str, key: str) -> float:
        return file[part].mapping()[key].fields(("value", "source"))["value"].number(least=0)

    return PracticeSettings(
        least=value("answer", "least"),
        end_silence=value("answer", "end_silence"),
        short=value("answer", "short"),
        end_silence_short=value("answer", "end_silence_short"),
        hint=value("answer", "hint"),
        give_up=value("answer", "give_up"),
        character=value("reading", "character"),
        least_reading=value("reading", "least"),
        in_a_row=int(value("lots", "in_a_row")),
    )


# --- what a call needs --------------------------------------------------------------------------------------


class Microphone(Protocol):
    """``record.Microphone``, already open."""

    rate: int

    def read(self, timeout: float = 1.0) -> Samples | None:
        """The next block, shape (frames, channels); None when nothing came within ``timeout`` seconds."""


class Loudspeaker(Protocol):
    """``record.Loudspeaker``, already open."""

    latency: float

    def play(self, samples: Samples) -> None:
        """Begin to play and return at once."""

    def stop(self) -> None:
        """Be silent."""


class Ui(Protocol):
    """What the agent sees and presses."""

    def line(self, number: int, line: Line, *, sounded: bool) -> None:
        """Line ``number`` (from 0) begins; ``sounded`` tells whether it is played."""

    def show(self, now: Now) -> None:
        """How things stand; called for each block, some twenty times a second."""

    def key(self) -> str:
        """DONE, AGAIN, STOP or "", without waiting."""


@dataclass(frozen=True, slots=True)
class Now:
    """A moment of a call: ``doing`` is "caller" (speaks), "reading", "answer" or "checking" (the stop word).

    ``waiting`` tells that nothing has been said for so long that a word of encouragement is due.
    """

    line: int
    doing: str
    elapsed: float
    live: Live
    waiting: bool = False


# --- what comes of it ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlayedLine:
    """A caller's line as it went, in seconds of the recording.

    ``line`` is its index in the scenario. ``start`` and ``end`` are those of the caller's words (of a line
    that was shown only: until it was read or the agent began). The answer's are None where nothing was said;
    they are those of the live meter, good to a tenth of a second. ``repeats`` are the further times it was
    played because the agent asked; the answer is what came after the last.
    """

    line: int
    start: float
    end: float
    answer_start: float | None = None
    answer_end: float | None = None
    repeats: tuple[tuple[float, float], ...] = ()
    sounded: bool = True


@dataclass(frozen=True, slots=True)
class Played:
    """A call that took place. ``ended`` says why: "done" (all lines), "stopped" (by key), "stop word",
    "interrupted" (Ctrl-C) or "broken off", and then ``problem`` says what happened.
    """

    recording: Path
    duration: float
    lines: tuple[PlayedLine, ...]
    ended: str
    problem: str = ""


def document(played: Played) -> dict[str, Any]:
    """What is kept of a call beside its recording, as plain JSON."""
    return {
        "lines": [
            {
                "line": one.line,
                "start": one.start,
                "end": one.end,
                "answer_start": one.answer_start,
                "answer_end": one.answer_end,
                "repeats": [list(times) for times in one.repeats],
                "sounded": one.sounded,
            }
            for one in played.lines
        ],
        "ended": played.ended,
        "problem": played.problem,
    }


def parse(found: Mapping[str, Any], recording: Path, duration: float) -> Played:
    """The call of a document made by ``document``."""
    lines = tuple(
        PlayedLine(**{**one, "repeats": tuple((start, end) for start, end in one["repeats"])})
        for one in found["lines"]
    )
    return Played(recording, duration, within(lines, duration), found["ended"], found["problem"])


def within(lines: Sequence[PlayedLine], duration: float) -> tuple[PlayedLine, ...]:
    """Lines as they went in a call that ended after ``duration`` seconds; of one cut off, what was heard."""
    found = []
    for one in lines:
        if one.start >= duration:
            continue
        begun = one.answer_start is not None and one.answer_start < duration
        found.append(
            replace(
                one,
                end=min(one.end, duration),
                answer_start=one.answer_start if begun else None,
                answer_end=min(one.answer_end, duration) if begun and one.answer_end is not None else None,
                repeats=tuple((start, min(end, duration)) for start, end in one.repeats if start < duration),
            )
        )
    return tuple(found)


# --- the call -----------------------------------------------------------------------------------------------


def sounds(lines: Sequence[Line], rate: int) -> tuple[Samples | None, ...]:
    """The audio of each line at ``rate``, shape (samples,); None for a line without.

    Raises
    ------
    AudioError
        A file is missing or cannot be decoded.
    """
    return tuple(None if line.audio is None else _sound(line.audio, rate) for line in lines)


def _sound(path: Path, rate: int) -> Samples:
    from voicecoach import audio
    from voicecoach.record.resample import Resampler

    decoded = audio.load(path)
    resampler = Resampler(decoded.rate, rate)
    return np.concatenate([resampler.add(np.ascontiguousarray(decoded.samples[0])), resampler.flush()])


def run(
    scenario: Scenario,
    microphone: Microphone,
    loudspeaker: Loudspeaker | None,
    path: Path,
    ui: Ui,
    *,
    settings: PracticeSettings,
    stop_heard: StopHeard | None = None,
    keep: Keep | None = None,
) -> Played:
    """Go through a scenario line by line and record it to ``path``.

    Parameters
    ----------
    scenario : its lines are played where they have audio and there is a loudspeaker, else shown.
    microphone, loudspeaker : open; without a loudspeaker every line is shown.
    path : a WAV file that grows as the call does and is whole at every moment.
    settings : when an answer is over.
    stop_heard : given what was said since a line began, tells whether it holds the stop word; the call then
        stops at once.
    keep : given the call so far, as one that was interrupted, whenever a line or an answer begins or
        ends; for when the program is killed.

    A microphone that is unplugged, a full disk and Ctrl-C end the call as a key does: what was said is kept,
    and ``Played.ended`` tells.

    Raises
    ------
    AudioError
        The audio of a line cannot be read; nothing has been recorded then.
    OutputError
        The recording cannot be begun.
    """
    from voicecoach.record.meter import Meter
    from voicecoach.record.wav import WavWriter

    played = sounds(scenario.lines, microphone.rate) if loudspeaker else (None,) * len(scenario.lines)
    ended, problem = ALL_SAID, ""
    with WavWriter(path, microphone.rate, 2) as wav:
        call = _Call(
            microphone, loudspeaker, ui, settings, stop_heard, keep, path, wav, Meter(microphone.rate)
        )
        try:
            for number, (line, sound) in enumerate(zip(scenario.lines, played, strict=True)):
                call.line(number, line, sound)
        except _Ended as reason:
            ended = str(reason)
        except KeyboardInterrupt:
            ended = INTERRUPTED
        except (MicrophoneError, OutputError) as error:
            ended, problem = BROKEN_OFF, str(error)
        if loudspeaker is not None:
            loudspeaker.stop()
    return Played(path, call.now, within(call.lines, call.now), ended, problem)


class _Ended(Exception):  # noqa: N818 - no error
    """The agent stopped the call; says how."""


@dataclass(slots=True)
class _Call:
    """A call under way: the recording so far, and the line that is being said or answered."""

    microphone: Microphone
    loudspeaker: Loudspeaker | None
    ui: Ui
    settings: PracticeSettings
    stop_heard: StopHeard | None
    keep: Keep | None
    path: Path
    wav: WavWriter
    meter: Meter
    lines: list[PlayedLine] = field(default_factory=list)
    live: Live | None = None
    frames: int = 0  # recorded
    playing: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    playing_at: int = 0  # the frame it begins at
    since: list[Samples] = field(default_factory=list)  # the agent's side since the line began
    spoken_over: bool = False  # whether the agent spoke while the caller did

    @property
    def now(self) -> float:
        return self.frames / self.microphone.rate

    @property
    def said(self) -> bool:
        """Whether an answer has begun."""
        return self.live is not None and self.live.spoken >= self.settings.least

    def line(self, number: int, line: Line, sound: Samples | None) -> None:
        """One line and its answer."""
        self.since.clear()
        self.ui.line(number, line, sounded=sound is not None)
        if sound is None:
            self._show(number, line)
        else:
            start, end = self._say(sound)
            self._begin(PlayedLine(number, start, end))
            self._wait(end)
        self._listen(sound)
        self._keep()
        self._check()

    def _begin(self, line: PlayedLine) -> None:
        self.lines.append(line)
        self._keep()

    def _show(self, number: int, line: Line) -> None:
        """Leave the agent time to read."""
        start = self.now
        end = start + self.settings.reading(line.say)
        self._begin(PlayedLine(number, start, end, sounded=False))
        self.meter.restart()
        self.live = None
        while self.now < end and not self.said and self._step("reading") != DONE:
            pass
        if self.live is not None and self.said:
            end = self.now - self.live.spoken - self.live.silence
        self._note(end=max(start, min(end, self.now)))

    def _say(self, sound: Samples) -> tuple[float, float]:
        """Begin to play; when it will be heard, from and to."""
        assert self.loudspeaker is not None
        while (block := self.microphone.read(0.0)) is not None:  # what came in while something else was done
            self._add(block)
        self.loudspeaker.play(sound)
        self.playing = sound
        self.playing_at = self.frames + round(self.loudspeaker.latency * self.microphone.rate)
        rate = self.microphone.rate
        return self.playing_at / rate, (self.playing_at + len(sound)) / rate

    def _wait(self, end: float) -> None:
        """Record until the caller has spoken; what the agent says meanwhile is no answer yet."""
        self.meter.restart()
        while self.now < end:
            self._step("caller")
        self.spoken_over = self.said
        self.meter.restart()
        self.live = None

    def _listen(self, sound: Samples | None) -> None:
        """Record until the answer is over."""
        turn = self.now
        key = ""
        while key != DONE:
            waited = self.now - turn
            key = self._step("answer", waiting=not self.said and waited >= self.settings.hint)
            if key == AGAIN and sound is not None:
                times = self._say(sound)
                self._note(answer_start=None, answer_end=None, repeats=(*self.lines[-1].repeats, times))
                self._keep()
                self._wait(times[1])
                turn = self.now
            elif self.live is not None and self.said:
                end = self.now - self.live.silence
                begun = self.lines[-1].answer_start
                self._note(answer_start=end - self.live.spoken if begun is None else begun, answer_end=end)
                if begun is None:
                    self._keep()
                if self.live.silence >= self.settings.silence_after(self.live.spoken):
                    return
            elif self.now - turn >= self.settings.give_up:
                return
            elif self.spoken_over and self.now - turn >= self.settings.end_silence:
                self.spoken_over = False
                self._check()

    def _step(self, doing: str, *, waiting: bool = False) -> str:
        """Record a block, show how things stand, and give the key that was pressed."""
        block = self.microphone.read(BLOCK_TIMEOUT)
        if block is not None:
            self._add(block)
        self._tell(doing, waiting=waiting)
        key = self.ui.key()
        if key == STOP:
            raise _Ended(STOPPED)
        return key

    def _add(self, block: Samples) -> None:
        own = block[:, 0]
        both = np.zeros((len(own), 2), np.int16)
        both[:, 0] = own
        begin = self.frames - self.playing_at
        heard = self.playing[max(0, begin) : max(0, begin + len(own))]
        first = max(0, -begin)
        both[first : first + len(heard), 1] = heard
        self.wav.write(both)
        self.frames += len(own)
        self.live = self.meter.add(own)
        if self.stop_heard is not None:
            self.since.append(own.copy())

    def _tell(self, doing: str, *, waiting: bool = False) -> None:
        if self.live is not None and self.lines:
            self.ui.show(Now(self.lines[-1].line, doing, self.now, self.live, waiting))

    def _note(self, **what: Any) -> None:
        """Write down more about the line under way."""
        self.lines[-1] = replace(self.lines[-1], **what)

    def _keep(self) -> None:
        """Have the call so far kept, in case the program is killed."""
        if self.keep is not None:
            self.keep(Played(self.path, self.now, tuple(self.lines), INTERRUPTED))

    def _check(self) -> None:
        """End the call where the stop word was said since the line began."""
        if self.stop_heard is not None and self.since:
            self._tell("checking")
            if self.stop_heard(np.concatenate(self.since), self.microphone.rate):
                raise _Ended(STOP_WORD)
