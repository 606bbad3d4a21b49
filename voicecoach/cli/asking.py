"""One question after the other on a terminal, with single keys; what is answered is kept at once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING

from voicecoach.cli.keys import ESCAPE, Keys
from voicecoach.errors import VoicecoachError

if TYPE_CHECKING:
    from voicecoach.history import History, Review
    from voicecoach.review import Question

EVERY = 0.05  # s between two looks at the keyboard
KEYS = "p play, s skip, u undo, q leave"
UNDO, SKIP, QUIT, PLAY, TRANSCRIPT = "u", "s", "q", "p", "t"


class Asking:
    """A sitting of one trainer; a context that owns the keys and the loudspeaker."""

    def __init__(
        self,
        store: History,
        trainer: str,
        recordings: Path | None,
        loudspeaker: str | None,
        *,
        blind: bool,
    ) -> None:
        from voicecoach.cli.hearing import Hearing
        from voicecoach.cli.stage import console

        self.store, self.trainer, self.blind = store, trainer, blind
        self.console = console()
        self._keys = Keys()
        self._hearing = Hearing(recordings, loudspeaker)

    def __enter__(self) -> Asking:
        self._keys.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keys.__exit__(kind, error, trace)
        self._hearing.close()

    @property
    def can_ask(self) -> bool:
        """Whether there are keys."""
        return self._keys.available

    def all(self, questions: Sequence[Question], *, answered: int, of: int) -> None:
        """Ask them all, until the trainer leaves."""
        from voicecoach.review import CRITERION

        given: list[tuple[int, Review]] = []
        at = 0
        call = ""
        while at < len(questions):
            question = questions[at]
            if question.kind == CRITERION and question.call.recording != call:
                call = question.call.recording
                self._transcript(question)
            done = answered + len(given)
            key = self._ask(question, f"{done + 1} of {of}")
            if key == QUIT:
                break
            if key == UNDO:
                if not given:
                    self._say("There is nothing to undo.")
                    continue
                at, review = given.pop()
                self.store.withdraw_review(review)
                self._say("Undone.")
                continue
            if key != SKIP:
                review = question.answered(self.trainer, key)
                self.store.add_reviews([review])
                given.append((at, review))
                self._say(f"  {_said(key)}", style="bold")
                if question.kind != CRITERION and not self.blind:
                    self._reveal(question)
            at += 1
        self._end(questions, given, answered, of)

    def _ask(self, question: Question, place: str) -> str:
        """Show a question; the name of the answer, or the key of what else is wanted."""
        from voicecoach.review import CRITERION, facts

        known = {one.key: one for one in facts().answers[question.kind]}
        whole = question.kind == CRITERION
        if whole:
            self._say(f"\n{place}  {question.text}", style="bold")
        else:
            self._show(question, place)
        keys = [f"{one.key} {one.words[0]}" for one in known.values()]
        self._say(f"  {', '.join(keys)}; {'t transcript, ' if whole else ''}{KEYS}")
        while True:
            key = self._key()
            if key in known:
                self._hearing.stop()
                return known[key].name
            if key == TRANSCRIPT and whole:
                self._transcript(question)
            elif key == PLAY:
                self._play(question)
            elif key in (SKIP, UNDO, QUIT):
                self._hearing.stop()
                return key

    def _show(self, question: Question, place: str) -> None:
        from voicecoach.reports.page import clock
        from voicecoach.review.sheet import context

        self._say(f"\n{place}   {_name(question)}   {clock(question.start)}", style="bold")
        before, here, after = context(question)
        rows: list[tuple[str, str, str]] = []
        for part, mark in ((before, " "), (here, ">"), (after, " ")):
            for at in part:
                said = question.call.said[at]
                if said is not None:
                    rows.append((mark, said.speaker, said.text))
            if part is here and not here:
                rows.append((">", "", f"(from {clock(question.start)} to {clock(question.end)})"))
        self._rows(rows)
        self._say(question.text)

    def _reveal(self, question: Question) -> None:
        """What the machine says, after the answer."""
        counted = [one for one in question.found if one.counted]
        if not counted:
            heard = [one for one in question.found if not one.counted]
            why = (
                f'heard "{heard[0].quote}", but {heard[0].reason}' if heard else "found nothing like it here"
            )
            self._say(f"  The machine {why}.")
        for one in counted:
            quote = f'"{one.quote}"' if one.quote else "it"
            self._say(f"  The machine found {quote} ({one.reason}).")

    def _end(
        self, questions: Sequence[Question], given: Sequence[tuple[int, Review]], answered: int, of: int
    ) -> None:
        self._say(f"\nKept: {len(given)} answers now, {answered + len(given)} of {of} in all.")
        if not self.blind:
            self._compare(questions, dict(given))
        self._say("Compare: voicecoach review ... --agreement")

    def _compare(self, questions: Sequence[Question], given: Mapping[int, Review]) -> None:
        """Where the machine says something else of the calls that are rated to the end."""
        from voicecoach.review import CRITERION
        from voicecoach.review.facts import CANNOT_TELL

        begun = {q.call.recording for at, q in enumerate(questions) if at not in given}
        rated = [
            (questions[at], review.answer)
            for at, review in given.items()
            if questions[at].kind == CRITERION and questions[at].call.recording not in begun
        ]
        if not rated:
            return
        known = [(q, answer) for q, answer in rated if answer != CANNOT_TELL and q.machine != "not_measured"]
        differing = [(q, answer) for q, answer in known if answer != q.machine]
        self._say(f"You and the machine differ in {len(differing)} of the {len(known)} both could judge.")
        for question, answer in differing:
            reason = next(one.reason for one in question.call.criteria if one.id == question.about)
            verdicts = f"you {_said(answer)}, the machine {_said(question.machine)}"
            self._say(f"  {_name(question)}: {question.text}: {verdicts} ({reason})")

    def _transcript(self, question: Question) -> None:
        from voicecoach.reports.page import clock

        self._say(f"\n{_name(question)}   {clock(question.call.duration)}", style="bold")
        self._rows(
            [(clock(one.start), one.speaker, one.text) for one in question.call.said if one is not None]
        )

    def _play(self, question: Question) -> None:
        from voicecoach.reports.page import clock

        try:
            self._hearing.play(question)
        except VoicecoachError as error:
            if self._hearing.tell():
                self._say(f"  Cannot be played: {error}")
            self._say(f"  {question.call.path} at {clock(question.start)}")

    def _key(self) -> str:
        while True:
            key = self._keys.pressed()
            if key:
                return QUIT if key == ESCAPE else key
            time.sleep(EVERY)

    def _say(self, text: str, *, style: str = "") -> None:
        from rich.text import Text

        from voicecoach.reports.page import clean

        lines = text.split("\n")
        for line in lines:
            indent = len(line) - len(line.lstrip())
            self.console.print(Text(" " * indent + clean(line), style=style))

    def _rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        from voicecoach.reports import page

        page.rows(self.console, rows)


def _name(question: Question) -> str:
    """The recording, without its folders."""
    return PurePath(question.call.path).name


def _said(answer: str) -> str:
    return answer.replace("_", " ")
