"""The rehearsal room: what is asked and told around a practice call, before it and after."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from voicecoach.cli.terminal import no_color, shown_progress, width
from voicecoach.errors import LoudspeakerError, UsageError, VoicecoachError

if TYPE_CHECKING:
    from rich.console import Console

    from voicecoach.cli.stage import Stage
    from voicecoach.history import History, Take
    from voicecoach.pipeline import Coach, Settings
    from voicecoach.practice import Microphone, Played, StopHeard
    from voicecoach.record import Device
    from voicecoach.scenarios import Scenario


RECENT = 50  # takes that are looked at for a habit


@dataclass(frozen=True, slots=True)
class Done:
    """How a take went: the exit code, and whether there is nothing to ask any more."""

    code: int
    over: bool


@dataclass(frozen=True, slots=True)
class Room:
    """What stays the same from take to take. ``coach`` is None where nothing is analysed."""

    store: History
    agent: str
    console: Console
    microphone: Device
    loudspeaker: Device | None
    coach: Coach | None
    hidden: bool
    model_take: bool

    def welcome(self, scenario: Scenario, count: int) -> None:
        """The card: who you are, who calls, what you want. From the second take on, what to work on alone."""
        from voicecoach.practice import rehearsal
        from voicecoach.scenarios import in_words

        work_on = rehearsal.to_work_on(self.store, self.agent, scenario)
        if count > 1:
            self.say(f"\n{scenario.title}, take {count}", style="bold")
            self.rows([("To work on", text) for text in work_on])
            return
        self.say(f"\n{scenario.title}", style="bold")
        rows = [
            ("You", scenario.role),
            ("The place", scenario.place),
            ("The caller", f"{scenario.caller.name}. {scenario.caller.about}"),
            ("Your goal", scenario.goal),
            ("To be said", "; ".join(map(in_words, scenario.must_say))),
            ("Not to be said", "; ".join(map(in_words, scenario.must_not_say))),
            *(("To work on", text) for text in work_on),
        ]
        self.rows([(name, text) for name, text in rows if text])
        self.console.print()
        if self.loudspeaker is not None and any(line.audio for line in scenario.lines):
            self.say("Headphones keep the caller out of your microphone.")
        self.say("The caller waits until you have finished: stop speaking, and the call goes on.")

    def notice_habit(self, scenario: Scenario) -> None:
        """Say so where the same scenario was practised several times in a row."""
        from voicecoach import practice
        from voicecoach.history import UNANSWERED
        from voicecoach.practice import lots

        many = practice.settings().in_a_row
        before = self.store.takes(self.agent, kind="practice", limit=RECENT)
        practised = [take.scenario for take in before if take.ended != UNANSWERED]
        if lots.in_a_row(practised, scenario.id) + 1 >= many:
            self.say(f"{many} times or more in a row: another call keeps your words fresh (--draw).")

    def consent(self, scenario: Scenario, *, opted_in: bool) -> None:
        """Say what a hard call is like, and go on only after a yes.

        Raises
        ------
        UsageError
            There is nobody to ask, and --opt-in was not given.
        Abort
            No.
        """
        if not scenario.opt_in:
            return
        self.rows([("Please note", scenario.warning)])
        if scenario.stop_word:
            self.say(
                f'Say "{scenario.stop_word}" or press s at any time, and the call is over. '
                "That is a good answer, too."
            )
        if opted_in:
            return
        if not sys.stdin.isatty():
            raise UsageError(
                f"{scenario.id}: is only for those who choose it; add --opt-in, or choose another"
            )
        if not click.confirm("Do you want to take this call?", default=False, err=True):
            self.say("Not today, then. voicecoach practice --draw has friendlier callers.")
            raise click.exceptions.Exit(0)

    def take(self, scenario: Scenario) -> Done:
        """One take: the call, the self-rating, the report."""
        from voicecoach import practice

        done = self._call(scenario)
        if done is None:
            return Done(0, over=True)
        take, played = done
        if self.model_take:
            self.store.mark_model(take.number)
        answered = sum(line.answer_start is not None for line in played.lines)
        minutes, seconds = divmod(round(played.duration), 60)
        heard = f"{answered} answer{'' if answered == 1 else 's'}"
        self.say(f"\nTake {take.number} is kept: {minutes}:{seconds:02d}, {heard}.", style="bold")
        later = f"voicecoach practice --report {take.number}"
        if played.ended == practice.INTERRUPTED:
            self.say(f"Its report: {later}")
            return Done(130, over=True)
        if played.problem:
            self.say(f"The call broke off: {played.problem}")
        called_off = scenario.opt_in and played.ended in (practice.STOPPED, practice.STOP_WORD)
        if not answered:
            if not called_off:
                self.say("No answer was heard, so there is nothing to report on.")
        elif self.coach is None:
            self.say(f"Its report, whenever you like: {later}")
        else:
            if not called_off and not played.problem:
                self.rate(take, scenario, shown=not any(line.sounded for line in played.lines))
            print_report(self.store, take, scenario, played, self.coach)
            if called_off:
                return Done(0, over=True)
        if called_off:
            self.debrief(scenario)
        return Done(5 if played.problem else 0, over=called_off or bool(played.problem))

    def _call(self, scenario: Scenario) -> tuple[Take, Played] | None:
        """The call itself; None where the agent would rather not take it."""
        from contextlib import ExitStack

        from voicecoach import practice, record
        from voicecoach.cli.stage import Stage, console, hushed
        from voicecoach.practice import rehearsal

        heard: StopHeard | None = None
        if self.coach is not None and scenario.stop_word:
            self.coach.whisper.load()
            heard = rehearsal.stop_word(self.coach.whisper, scenario)
        with ExitStack() as stack:
            microphone = stack.enter_context(record.Microphone(self.microphone))
            loudspeaker = None
            if self.loudspeaker is not None:
                try:
                    loudspeaker = stack.enter_context(record.Loudspeaker(self.loudspeaker))
                except LoudspeakerError as error:
                    self.say(f"The caller's lines are shown, not played: {error}")
            self.say("Checking the microphone ...")
            for warning in record.preflight(microphone).warnings:
                self.say(f"! {warning}")
            screen = console(stack.enter_context(hushed()))
            stage = stack.enter_context(Stage(screen, scenario, text=not self.hidden))
            if not _picked_up(stage, microphone):
                return None
            return rehearsal.record(
                self.store,
                self.agent,
                scenario,
                microphone,
                loudspeaker,
                stage,
                settings=practice.settings(),
                stop_heard=heard,
            )

    def rate(self, take: Take, scenario: Scenario, *, shown: bool) -> None:
        """Three questions before anything is told; Enter leaves one out."""
        from voicecoach.practice import rating

        if not sys.stdin.isatty():
            return
        self.say("\nFirst your own ear: a number from 1 to 5, or Enter to leave it out.")
        answers: dict[str, int] = {}
        for question in rating.questions(scenario.family, shown=shown):
            self.console.print()
            self.say(f"  {question.ask}")
            self.say(f"  1 = {question.low}, 5 = {question.high}")
            while True:
                typed = str(click.prompt("  >", default="", show_default=False, prompt_suffix=" ", err=True))
                if typed.strip() in ("", *"12345"):
                    break
                self.say("  A number from 1 to 5, or Enter.")
            if typed.strip():
                answers[question.id] = int(typed)
        if answers:
            self.store.add_rating(take.number, answers)

    def debrief(self, scenario: Scenario) -> None:
        """Questions to take along after the last take of a scenario."""
        if scenario.debrief:
            self.say("\nTO TAKE ALONG", style="bold")
            self.rows([("-", question) for question in scenario.debrief])

    def again(self, count: int) -> str:
        """What next: "" another take of the same call, "n" another call, "q" enough."""
        if not sys.stdin.isatty():
            return "q"
        prompt = f"\nAgain?  Enter: take {count}   n: another call   q: that is all"
        typed: str = click.prompt(prompt, default="", show_default=False, prompt_suffix=" ", err=True)
        return typed.strip().lower()[:1]

    def say(self, text: str, *, style: str = "") -> None:
        """A line or more on stderr; a line break in front is an empty line, spaces are the indent."""
        from rich.padding import Padding

        from voicecoach.reports.columns import cell
        from voicecoach.reports.text import clean

        if text.startswith("\n"):
            self.console.print()
        indent = len(text) - len(text.lstrip(" "))
        self.console.print(Padding(cell(clean(text), style), (0, 0, 0, indent)))

    def rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and texts in two columns, on stderr."""
        from rich.padding import Padding
        from rich.table import Table

        from voicecoach.reports.columns import cell
        from voicecoach.reports.text import clean

        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, text in rows:
            table.add_row(cell(clean(name)), cell(clean(text)))
        self.console.print(Padding(table, (0, 0, 0, 2)))


def print_report(
    store: History, take: Take, scenario: Scenario, played: Played, coach: Coach, form: str = "text"
) -> None:
    """Analyse a take and print its page, or the same as JSON, on stdout.

    Raises
    ------
    VoicecoachError
        It cannot be analysed; says how to do that later.
    """
    from voicecoach.practice import rehearsal
    from voicecoach.reports import practice as page

    try:
        with shown_progress("listening to your take", quiet=False) as progress:
            judged = rehearsal.judge(store, take, scenario, played, coach, progress=progress)
    except VoicecoachError as error:
        raise type(error)(f"{error}; the take is kept: voicecoach practice --report {take.number}") from None
    if form == "json":
        click.echo(page.as_json(judged.outcome, judged.analysis, store.rating(take.number)), nl=False)
        return
    color = sys.stdout.isatty() and not no_color()
    text = page.render(judged.outcome, judged.analysis, store.rating(take.number), width=width(), color=color)
    click.echo("", err=True)
    click.echo(text, nl=False, color=color)


def _picked_up(stage: Stage, microphone: Microphone) -> bool:
    """Let the phone ring until a key is pressed; what is heard meanwhile is only metered."""
    from voicecoach.practice import DONE, STOP
    from voicecoach.record.meter import level

    heard = 0.0
    while True:
        block = microphone.read(0.25)
        loud = level(block[:, 0]) if block is not None else -90.0
        heard += len(block) / microphone.rate if block is not None else 0.25
        key = stage.ring(heard, loud)
        if key in (DONE, STOP):
            return key == DONE


def ready(console: Console, settings: Settings) -> Coach | None:
    """What analyses the takes; None, and why on stderr, where there is no model."""
    from voicecoach import pipeline
    from voicecoach.errors import ModelError

    try:
        return pipeline.Coach.ready(settings)
    except ModelError as error:
        console.print(f"No report after the call: {error}")
        return None


def devices(
    console: Console, microphone: str | None, loudspeaker: str | None, *, silent: bool
) -> tuple[Device, Device | None]:
    """The microphone, and the loudspeaker unless the lines are to be shown only."""
    from voicecoach import record

    found = record.find_input(microphone)
    if silent:
        return found, None
    try:
        return found, record.find_output(loudspeaker)
    except LoudspeakerError as error:
        if loudspeaker is not None:
            raise
        console.print(f"The caller's lines are shown, not played: {error}")
        return found, None
