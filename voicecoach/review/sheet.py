"""Questions as a sheet to fill in with a spreadsheet, and the answers read from it.

The sheet shows no verdict of the machine. CSV in UTF-8 with a mark for Excel; cells that a spreadsheet would
run as a formula begin with an apostrophe. Read are the columns ``id`` and ``answer`` alone, separated by
commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from voicecoach.batch.tables import harmless
from voicecoach.datafile import meant
from voicecoach.errors import DataFileError, UsageError
from voicecoach.history.types import Review
from voicecoach.reports.page import clean, clock
from voicecoach.review.facts import facts
from voicecoach.review.questions import CRITERION, Question

COLUMNS = ("id", "recording", "time", "question", "answer", "before", "turn", "after")
LONGEST = 30_000  # characters in a cell; Excel takes 32,767
LARGEST = 50_000_000  # bytes of a sheet
CUT = " ... (cut)"


def sheet(questions: Sequence[Question]) -> Iterator[str]:
    """Give the lines of a sheet for questions, with an empty column for the answers.

    Of the criteria of a call the transcript stands beside the first.
    """
    yield "\ufeff" + _line(COLUMNS)
    last = ""
    around: tuple[str, ...]
    for one in questions:
        if one.kind == CRITERION:
            words = transcript(one) if one.call.recording != last else ""
            last = one.call.recording
            around = ("", words, "")
        else:
            around = tuple("\n".join(_spoken(one, at) for at in part) for part in context(one))
        when = "" if one.kind == CRITERION else clock(one.start)
        yield _line((one.id, one.call.path, when, one.text, "", *around))


def read_sheet(path: Path, questions: Sequence[Question], trainer: str) -> tuple[Review, ...]:
    """Return the answers of a sheet; rows without an answer are left out.

    Raises
    ------
    DataFileError
        It cannot be read, or a row has an answer or an id that is not known; the message names the line.
    """
    known = {question.id: question for question in questions}
    found: dict[str, Review] = {}
    for line, id_, answer in _rows(path):
        if not answer:
            continue
        if id_ not in known:
            raise DataFileError(
                f"{path}:{line}:1: {id_[:40]!r} is no question of these reports; name the reports the sheet "
                "was made from"
            )
        if id_ in found:
            raise DataFileError(f"{path}:{line}:1: {id_!r} stands here a second time; keep one of the rows")
        found[id_] = known[id_].answered(trainer, _understood(path, line, known[id_].kind, answer))
    if not found:
        raise UsageError(f"{path}: holds no answers yet; fill in the column 'answer'")
    return tuple(found.values())


def context(question: Question) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the turns before a question, those it is about, and those after, by index.

    For what lies between turns nothing is in the middle.
    """
    said = question.call.said
    if question.turn is not None:
        at = question.turn
        before = [k for k in range(at - 1, -1, -1) if said[k] is not None][:1]
        after = [k for k in range(at + 1, len(said)) if said[k] is not None][:1]
        return tuple(before), (at,), tuple(after)
    timed = [(k, one) for k, one in enumerate(said) if one is not None]
    before = [k for k, one in timed if one.start < question.start][-1:]
    after = [k for k, one in timed if one.start >= question.start][:1]
    return tuple(before), (), tuple(after)


def transcript(question: Question) -> str:
    """Return all that is said in the call of a question, a line a turn with its time."""
    said = question.call.said
    return "\n".join(
        f"{clock(one.start)} {_spoken(question, at)}" for at, one in enumerate(said) if one is not None
    )


def _spoken(question: Question, at: int) -> str:
    said = question.call.said[at]
    return "" if said is None else f"{clean(said.speaker)}: {clean(said.text)}"


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_shown(cell) for cell in cells])
    return out.getvalue()


def _shown(cell: str) -> str:
    """A cell no spreadsheet runs, without characters that act; line ends stay."""
    text = "\n".join(harmless(clean(line)) for line in cell.split("\n"))
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, id and answer of each row."""
    try:
        if path.stat().st_size > LARGEST:
            raise DataFileError(f"{path}:1:1: larger than {LARGEST:,} bytes; is this the sheet?")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataFileError(f"{path}:1:1: cannot be read: {error.strerror}; check the name") from error
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path}:1:1: not UTF-8 text; save it as CSV UTF-8") from error
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        missing = [name for name in ("id", "answer") if name not in names]
        if missing:
            raise DataFileError(f"{path}:1:1: has no column {missing[0]!r}; begin with a sheet of --export")
        places = names.index("id"), names.index("answer")
        line = reader.line_num + 1
        for row in reader:
            id_, answer = (row[at].strip() if at < len(row) else "" for at in places)
            yield line, id_, answer
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataFileError(f"{path}:{reader.line_num}:1: is no CSV: {error}") from error


def _understood(path: Path, line: int, kind: str, answer: str) -> str:
    known = facts().answers[kind]
    told = answer.casefold().removeprefix("'")
    for one in known:
        if told in one.words or told == one.name:
            return one.name
    words = [one.words[0] for one in known]
    raise DataFileError(f"{path}:{line}:1: the answer {answer[:40]!r} is not known{meant(told, words)}")
