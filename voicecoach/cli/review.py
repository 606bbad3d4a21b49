"""``voicecoach review``: what trainers say of findings and calls, and how far they agree with the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicecoach.cli.options import history_option
from voicecoach.cli.terminal import shown, shown_progress, width
from voicecoach.errors import UsageError

if TYPE_CHECKING:
    from voicecoach.history import History, Review
    from voicecoach.review import Call, Question, Questions


@click.command()
@click.argument(
    "reports", nargs=-1, required=True, metavar="OUT|REPORT.json...", type=click.Path(path_type=Path)
)
@click.option("--trainer", envvar="VOICECOACH_TRAINER", metavar="NAME", help="Who answers.")
@click.option("--calls", "whole", is_flag=True, help="Rate whole calls by the scorecard, blind.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; may be repeated.")
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help="So many questions at most; with --calls so many calls.",
)
@click.option("--blind", is_flag=True, help="Do not tell after each answer what the machine says.")
@click.option(
    "--recordings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the recordings are now, to hear a place with p.",
)
@click.option("--loudspeaker", metavar="NAME|NUMBER", help="What it is heard on; see: voicecoach devices.")
@click.option(
    "--export",
    "sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the open questions as a CSV to fill in.",
)
@click.option(
    "--import",
    "filled",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the answers of such a CSV.",
)
@click.option("--agreement", is_flag=True, help="Show who agrees with whom, rule by rule.")
@click.option("--older", is_flag=True, help="With --agreement: also answers given under other rules.")
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    "--format",
    "form",
    type=click.Choice(("text", "json", "csv")),
    default="text",
    show_default=True,
    help="Of --agreement.",
)
@history_option
def review(
    reports: tuple[Path, ...],
    *,
    trainer: str | None,
    whole: bool,
    rules: tuple[str, ...],
    most: int | None,
    blind: bool,
    recordings: Path | None,
    loudspeaker: str | None,
    sheet: Path | None,
    filled: Path | None,
    agreement: bool,
    older: bool,
    form: str,
    history: Path | None,
) -> int:
    """Say where you see it as the machine does, and where you do not.

    You are asked of single turns whether a marker is there. In half of them the machine found it; you are not
    told which, and everybody is asked the same in the same order. Stop whenever you like: every answer is
    kept at once, in your history on this machine, and next time goes on from there. With --blind nothing of
    the machine is shown at all, so that it cannot draw you to its side.

    \b
    voicecoach review OUT --trainer Ana
    voicecoach review OUT --trainer Ana --calls
    voicecoach review OUT --trainer Ana --export sheet.csv
    voicecoach review OUT --agreement
    """
    from voicecoach.history import History
    from voicecoach.review import read

    if sum(map(bool, (sheet, filled, agreement))) > 1:
        raise UsageError("--export, --import and --agreement do not go together; use one of them")
    if not agreement and not (trainer or "").strip():
        raise UsageError("who answers is not known; say --trainer NAME")
    with shown_progress("reading reports", quiet=False) as progress:
        calls = read(reports, progress=progress)
    if agreement:
        with History.open(history) as store:
            said = [one for one in store.reviews(trainer) if _wanted(one, rules, whole=whole)]
            _print_agreement(calls, said, form, older=older)
        return 0
    assert trainer is not None
    asked = _asked(calls, rules, whole=whole)
    with History.open(history) as store:
        if filled is not None:
            return _import(store, filled, asked, trainer)
        return _answer(
            store,
            asked,
            trainer,
            most=most,
            sheet=sheet,
            blind=blind,
            sound=(recordings, loudspeaker),
        )


def _asked(calls: Sequence[Call], rules: Sequence[str], *, whole: bool) -> Questions:
    """All that can be asked."""
    from voicecoach.datafile import meant
    from voicecoach.review import criteria, findings

    if whole:
        return criteria(calls)
    known = sorted({one.rule for call in calls for one in call.found if one.counted})
    for rule in rules:
        if rule not in known:
            raise UsageError(f"the rule {rule!r} found nothing in these calls{meant(rule, known)}")
    return findings(calls, rules)


def _import(store: History, filled: Path, asked: Sequence[Question], trainer: str) -> int:
    from voicecoach.review import read_sheet

    answers = read_sheet(filled, asked, trainer)
    store.add_reviews(answers)
    click.echo(f"kept: {len(answers)} answers of {shown(trainer)}")
    return 0


def _answer(
    store: History,
    asked: Questions,
    trainer: str,
    *,
    most: int | None,
    sheet: Path | None,
    blind: bool,
    sound: tuple[Path | None, str | None],
) -> int:
    """The open questions, on the terminal or into a sheet."""
    from voicecoach.cli.asking import Asking
    from voicecoach.reports import write_text
    from voicecoach.review import sheet as lines

    still = asked.still_open(store.reviews(trainer))
    left = _first(still, most)
    if not left:
        click.echo(f"nothing is left to ask {shown(trainer)}: {len(asked)} of {len(asked)} answered")
        return 0
    if sheet is not None:
        write_text(sheet, lines(left))
        click.echo(
            f"{shown(str(sheet))}: {len(left)} questions; fill in the column 'answer', then --import it"
        )
        return 0
    with Asking(store, trainer, *sound, blind=blind) as asking:
        if not asking.can_ask:
            raise UsageError(
                "questions need a terminal; without one, --export a sheet and --import it filled in"
            )
        asking.all(left, answered=len(asked) - len(still), of=len(asked))
    return 0


def _first(questions: Sequence[Question], most: int | None) -> Sequence[Question]:
    """So many questions at most; of the criteria of calls those of so many calls."""
    from voicecoach.review import CRITERION

    if most is None or not questions or questions[0].kind != CRITERION:
        return questions[:most]
    calls = list(dict.fromkeys(question.call.recording for question in questions))[:most]
    return [question for question in questions if question.call.recording in calls]


def _wanted(review: Review, rules: Sequence[str], *, whole: bool) -> bool:
    """Whether an answer belongs to what was asked for: all, what calls were rated, or some rules."""
    from voicecoach.review import CRITERION

    if whole or rules:
        return (review.kind == CRITERION) == whole and (whole or review.about in rules)
    return True


def _print_agreement(calls: Sequence[Call], said: Sequence[Review], form: str, *, older: bool) -> None:
    from voicecoach.reports import review as pages
    from voicecoach.review import compare

    found = compare(calls, said, older=older)
    if form == "text":
        text = pages.as_text(found, width=width())
    else:
        text = pages.as_json(found) if form == "json" else pages.as_csv(found)
    click.echo(text, nl=False)
