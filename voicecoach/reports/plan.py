"""What a batch is going to do: a line a file for the terminal, then sums and the time it will take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voicecoach.batch.plan import Expected, Planned, Speed
from voicecoach.batch.types import Who
from voicecoach.reports.page import clean, clock

MINUTE, HOUR = 60.0, 3600.0


def lines(
    planned: Sequence[Planned], who: Mapping[str, Who], *, expected: Expected, speed: Speed, workers: int
) -> Iterator[str]:
    """The page, line by line, without line ends: plain text, nothing beyond ASCII of ours."""
    for entry in planned:
        length = "-" if entry.length is None else clock(entry.length)
        told = who.get(entry.found.path, Who())
        parts = (told.agent, told.date.replace("T", " "), told.scenario)
        about = ", ".join(part for part in parts if part)
        state = "to do" if entry.to_do else "cannot" if entry.reason else "copy" if entry.same_as else "done"
        whose = f"  ({clean(about)})" if about else ""
        yield f"{state:6}  {length:>9}  {clean(entry.found.relative)}{whose}"
        if entry.reason:
            name = entry.found.relative.rsplit("/", 1)[-1]
            yield f"{'':19}{clean(entry.reason.removeprefix(f'{name}: '))}"
        elif entry.same_as:
            yield f"{'':19}the same as {clean(entry.same_as)}"
    yield ""
    cannot = sum(bool(entry.reason) for entry in planned)
    copies = sum(bool(entry.same_as) and not entry.reason for entry in planned)
    done = len(planned) - expected.files - cannot - copies
    sums = ((done, "done"), (copies, "the same as another"), (cannot, "cannot be analysed"))
    others = [f"{count} {what}" for count, what in sums if count]
    yield f"{_files(len(planned))}: {', '.join([f'{expected.files} to do', *others])}"
    if not expected.files:
        return
    if expected.seconds is None:
        yield "How long that takes cannot be told: no file says how long it is."
        return
    hands = f"{workers} worker{'s' * (workers != 1)}"
    yield f"{_hours(expected.sound)} of sound to do, about {lasting(expected.seconds)} with {hands}"
    yield f"(each does {speed.times:.0f} times real time, {speed.ground})"
    if expected.unknown:
        does = "does" if expected.unknown == 1 else "do"
        yield f"{_files(expected.unknown)} {does} not say how long; the middle length was taken"


def lasting(seconds: float) -> str:
    """How long something takes, no finer than anyone can tell beforehand."""
    if seconds < 1.5 * MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    return f"{minutes} min" if seconds < 1.5 * HOUR else f"{minutes // 60} h {minutes % 60} min"


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR:.1f} hours" if seconds >= HOUR else f"{seconds / MINUTE:.1f} minutes"
