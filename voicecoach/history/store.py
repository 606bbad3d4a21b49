"""``History``: the one way to the takes of a folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voicecoach.errors import UsageError
from voicecoach.history import people, queries, recordings, reviews, rows, upkeep
from voicecoach.history.database import Database, told
from voicecoach.history.types import (
    KINDS,
    UNANSWERED,
    Forgotten,
    Person,
    Point,
    Practised,
    Problem,
    Review,
    Take,
    Utterance,
)

if TYPE_CHECKING:
    from voicecoach.baseline import Baseline
    from voicecoach.types import Analysis

FILE = "history.sqlite3"
RECORDINGS = "recordings"


class History:
    """Takes of people in a folder; a context manager. Made by ``History.open``.

    Every method raises HistoryError where the file is damaged, locked for long or unreadable, and UsageError
    where a number or a name is not known. Names of people are the same whatever their case and outer spaces.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._db = database
        self._recordings = recordings.Recordings(folder / RECORDINGS)

    @classmethod
    def open(cls, folder: Path | None = None) -> History:
        """Open the history in a folder, making both where they are missing.

        Takes whose recording was cut off, by a crash or a power cut, are finished: their status becomes
        "recorded" and ``ended`` "interrupted". Those without a sound are removed.

        Raises
        ------
        HistoryError, OutputError
            It is damaged, no history, of a newer version, or cannot be read and written.
        """
        folder = folder or usual_folder()
        with told(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        history = cls(folder, Database.connect(folder / FILE))
        try:
            history._recordings.make()
            unfinished = history._takes("WHERE t.status IN ('recording', 'leaving')", ())
            upkeep.recover(history._db, history._recordings, unfinished)
        except BaseException:
            history.close()
            raise
        return history

    @staticmethod
    def exists(folder: Path | None = None) -> bool:
        """Tell whether there is a history in a folder; nothing is made."""
        return ((folder or usual_folder()) / FILE).is_file()

    def close(self) -> None:
        """Close the file. A take that was not finished counts as interrupted from now on."""
        self._recordings.release()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- takes ----------------------------------------------------------------------------------------------

    def new_take(
        self,
        agent: str,
        kind: str,
        *,
        scenario: str = "",
        scenario_sha256: str = "",
        language: str = "",
        started: datetime | None = None,
    ) -> Take:
        """Reserve a number and a place for a recording; hold the history open until ``finish_take``."""
        return self._reserve(agent, kind, "take.wav", scenario, scenario_sha256, language, started)

    def finish_take(self, number: int, *, duration: float, ended: str) -> Take:
        """Say that the recording of a take is complete: its length in seconds and how it ended."""
        take = self.take(number)
        with self._db.writing() as db:
            db.execute(
                "UPDATE takes SET duration = ?, ended = ?, status = 'recorded' WHERE number = ?",
                (duration, ended, number),
            )
        if take.recording is not None and take.recording.exists():
            with told(take.recording):
                take.recording.chmod(0o600)
        self._recordings.release(number)
        return self.take(number)

    def add_file(
        self,
        agent: str,
        path: Path,
        *,
        kind: str = "added",
        scenario: str = "",
        started: datetime | None = None,
    ) -> Take:
        """Copy a recording into the history.

        Raises
        ------
        AudioError
            The file cannot be read, or holds no sound that can be analysed.
        """
        from voicecoach import audio

        duration = audio.load(path).duration
        if started is None:
            with contextlib.suppress(OSError):
                started = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        take = self._reserve(agent, kind, path.name, scenario, "", "", started)
        assert take.recording is not None
        draft = recordings.draft(take.recording)
        try:
            with told(draft):
                shutil.copyfile(path, draft)
                draft.chmod(0o600)
                os.replace(draft, take.recording)  # noqa: PTH105
            return self.finish_take(take.number, duration=duration, ended="done")
        except BaseException:
            upkeep.remove(self._db, self._recordings, (take,))
            raise

    def take(self, number: int) -> Take:
        """Return a take by its number."""
        found = self._takes("WHERE t.number = ?", (number,))
        if not found:
            raise UsageError(f"there is no take {number}; voicecoach history --all lists the takes there are")
        return found[0]

    def takes(
        self,
        agent: str | None = None,
        *,
        scenario: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> tuple[Take, ...]:
        """Return takes, oldest first; with ``limit`` the newest so many of them. None: whatever it is."""
        wanted = {
            "t.person": None if agent is None else people.find(self._db, agent),
            "t.scenario": scenario,
            "t.kind": kind,
        }
        if agent is not None and wanted["t.person"] is None:
            return ()
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in given)
        return self._takes(
            f"{'WHERE ' + where if where else ''} ORDER BY t.started DESC, t.number DESC LIMIT ?",
            (*given.values(), -1 if limit is None else limit),
        )[::-1]

    def count(self, agent: str | None = None) -> int:
        """Return how many takes there are, of one person or of all."""
        if agent is None:
            return int(self._db.one("SELECT count(*) FROM takes")[0])
        return int(
            self._db.one("SELECT count(*) FROM takes WHERE person = ?", (people.find(self._db, agent),))[0]
        )

    def mark_model(self, number: int, on: bool = True) -> None:
        """Mark a take as the one to learn from in its scenario, or take the mark away."""
        if not self.take(number).scenario:
            raise UsageError(f"take {number} is of no scenario; a model take shows how one can be done")
        with self._db.writing() as db:
            db.execute("UPDATE takes SET model = ? WHERE number = ?", (on, number))

    def model_take(self, scenario: str, *, language: str | None = None) -> Take | None:
        """Return the newest model take of a scenario."""
        found = self._takes(
            "WHERE t.model AND t.scenario = ? AND (? IS NULL OR t.language = ?)"
            " ORDER BY t.started DESC, t.number DESC LIMIT 1",
            (scenario, language, language),
        )
        return found[0] if found else None

    def delete(self, *numbers: int) -> tuple[Take, ...]:
        """Delete takes, their recordings and everything known of them."""
        found = tuple(self.take(number) for number in dict.fromkeys(numbers))
        upkeep.remove(self._db, self._recordings, found)
        self._db.empty_log()
        return found

    # --- what is known of a take ----------------------------------------------------------------------------

    def add_analysis(self, number: int, analysis: Analysis, *, utterances: Iterable[Utterance] = ()) -> None:
        """Keep the analysis of a take, in place of an earlier one."""
        from voicecoach.reports.json import document

        self.take(number)
        text = json.dumps(document(analysis), ensure_ascii=False, allow_nan=False)
        packed = zlib.compress(text.encode(), 6)
        summary = rows.summary(analysis)
        with self._db.writing() as db:
            (person,) = db.execute("SELECT person FROM takes WHERE number = ?", (number,)).fetchone()
            db.execute("DELETE FROM analyses WHERE take = ?", (number,))
            db.execute(
                "INSERT INTO analyses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    queries.milliseconds(datetime.now(UTC)),
                    *summary.versions,
                    summary.telephone,
                    summary.total,
                    summary.musts,
                    summary.musts_met,
                ),
            )
            db.execute("INSERT INTO documents VALUES (?, ?)", (number, packed))
            db.executemany(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(person, id_, number, *rest) for id_, *rest in rows.values(analysis)],
            )
            db.executemany(
                "INSERT OR REPLACE INTO utterances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (person, u.key, number, u.start, u.end, u.text, u.rate, u.spread, u.median_st)
                    for u in utterances
                ],
            )
            db.execute(
                "UPDATE takes SET status = 'analysed', language = ?, duration = coalesce(duration, ?)"
                " WHERE number = ?",
                (analysis.language, analysis.source.duration, number),
            )

    def analysis(self, number: int) -> Analysis | None:
        """Return the analysis of a take as it was kept, without contours."""
        from voicecoach.reports.json import parse

        self.take(number)
        found = upkeep.document(self._db, number)
        return None if found is None else parse(found, name=f"take {number}")

    def add_rating(self, number: int, answers: Mapping[str, int]) -> None:
        """Keep a self-rating, by question, in place of an earlier one."""
        self.take(number)
        with self._db.writing() as db:
            db.execute("DELETE FROM ratings WHERE take = ?", (number,))
            db.executemany("INSERT INTO ratings VALUES (?, ?, ?)", [(number, *a) for a in answers.items()])

    def rating(self, number: int) -> Mapping[str, int]:
        """Return the self-rating of a take, empty where there is none."""
        found = self._db.all("SELECT question, answer FROM ratings WHERE take = ?", (number,))
        return {str(question): int(answer) for question, answer in found}

    def add_outcome(self, number: int, document: Mapping[str, Any]) -> None:
        """Keep what came of a practice, as plain JSON values, in place of an earlier one."""
        self.take(number)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        with self._db.writing() as db:
            db.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (number, text))

    def outcome(self, number: int) -> Mapping[str, Any] | None:
        """Return what ``add_outcome`` was given."""
        found = self._db.one("SELECT document FROM outcomes WHERE take = ?", (number,))
        return dict(json.loads(found[0])) if found else None

    # --- reviews --------------------------------------------------------------------------------------------

    def add_reviews(self, given: Iterable[Review]) -> None:
        """Keep what trainers say of recordings, all or none; of the same question the latest answer."""
        reviews.add(self._db, given)

    def withdraw_review(self, review: Review) -> None:
        """Remove an answer again."""
        reviews.withdraw(self._db, review)

    def reviews(self, trainer: str | None = None) -> tuple[Review, ...]:
        """Return what a trainer said, or all of them, oldest first."""
        return reviews.of(self._db, trainer)

    # --- a person -------------------------------------------------------------------------------------------

    def set_baseline(self, agent: str, baseline: Baseline) -> None:
        """Keep a person's own values, in place of those in the same language and on the same kind of line."""
        usual = {k: (u.value, u.unit, u.spread, u.recordings) for k, u in baseline.values.items()}
        kept = json.dumps({"task": baseline.task, "values": usual})
        with self._db.writing() as db:
            person = people.make(db, agent)
            db.execute(
                "INSERT OR REPLACE INTO baselines VALUES (?, ?, ?, ?, ?)",
                (person, baseline.language, baseline.telephone, baseline.source, kept),
            )

    def baseline(self, agent: str, *, language: str, telephone: bool = False) -> Baseline | None:
        """Return a person's own values in a language and on a kind of line."""
        kind = (language, telephone)
        return next((b for b in self.baselines(agent) if (b.language, b.telephone) == kind), None)

    def baselines(self, agent: str) -> tuple[Baseline, ...]:
        """Return all own values of a person, one for each language and kind of line."""
        from voicecoach.baseline import Baseline, Usual

        found = self._db.all(
            "SELECT language, telephone, source, usual FROM baselines WHERE person = ? ORDER BY 1, 2",
            (people.find(self._db, agent),),
        )
        return tuple(
            Baseline(
                language,
                bool(telephone),
                {id_: Usual(*values) for id_, values in json.loads(usual)["values"].items()},
                source,
                json.loads(usual)["task"],
            )
            for language, telephone, source, usual in found
        )

    def agents(self) -> tuple[Person, ...]:
        """Return everybody in the history, by name."""
        found = self._db.all(
            "SELECT p.name, count(t.number), coalesce(sum(t.duration), 0), max(t.started)"
            " FROM people p LEFT JOIN takes t ON t.person = p.id GROUP BY p.id ORDER BY p.key"
        )
        return tuple(
            Person(name, count, seconds, None if last is None else queries.time(last))
            for name, count, seconds, last in found
        )

    def practised(self, agent: str) -> Mapping[str, Practised]:
        """Return how often each scenario was practised by a person, by its id; without calls unanswered."""
        found = self._db.all(
            "SELECT scenario, count(*), max(started) FROM takes"
            " WHERE person = ? AND kind = 'practice' AND scenario != '' AND ended != ? GROUP BY scenario",
            (people.find(self._db, agent), UNANSWERED),
        )
        return {scenario: Practised(count, queries.time(last)) for scenario, count, last in found}

    def series(
        self,
        agent: str,
        *,
        ids: Iterable[str] | None = None,
        scenario: str | None = None,
        most: int | None = None,
    ) -> Mapping[str, tuple[Point, ...]]:
        """Return a person's values take by take, oldest first.

        ``ids``: measures, "score.total", "marker:ID" (how often it was found; 0 counts where it was looked
        for) and "criterion:ID" (points of the scorecard); None: all. Takes without a value are left out. Of
        more than ``most`` takes so many are looked at, the first, the last, and between them evenly.
        """
        return queries.series(self._db, people.find(self._db, agent), ids, scenario, most)

    def utterances(
        self, agent: str, *, least: int = 5, latest: int = 1000
    ) -> Mapping[str, tuple[Utterance, ...]]:
        """Return what a person said in the same words, by words, oldest first.

        Looked at are the newest ``latest`` takes; kept is what is said in at least ``least`` of them.
        """
        return queries.utterances(self._db, people.find(self._db, agent), least, latest)

    def forget(self, agent: str) -> Forgotten:
        """Remove every trace of a person from the folder: rows, recordings, and what SQLite keeps of them."""
        person = people.find(self._db, agent)
        if person is None:
            raise UsageError("there is nobody of that name in the history; nothing was removed")
        return upkeep.forget(self._db, self._recordings, person, self.takes(agent))

    # --- the folder -----------------------------------------------------------------------------------------

    def check(self) -> tuple[Problem, ...]:
        """Look for damage: of the file, of stored analyses, recordings without a take and the reverse."""
        return upkeep.check(self._db, self._recordings, self.takes())

    def _takes(self, where: str, values: tuple[Any, ...]) -> tuple[Take, ...]:
        return queries.takes(self._db, self._recordings.folder, where, values)

    def _reserve(
        self,
        agent: str,
        kind: str,
        like: str,
        scenario: str,
        scenario_sha256: str,
        language: str,
        started: datetime | None,
    ) -> Take:
        if kind not in KINDS:
            raise UsageError(f"a take cannot be of the kind {kind!r}; kinds are: {', '.join(KINDS)}")
        time = queries.milliseconds(started or datetime.now(UTC))
        with self._db.writing() as db:
            person = people.make(db, agent)
            number = db.execute(
                "INSERT INTO takes"
                " (person, kind, scenario, scenario_sha256, language, started, status, ended)"
                " VALUES (?, ?, ?, ?, ?, ?, 'recording', '')",
                (person, kind, " ".join(scenario.split()), scenario_sha256, language, time),
            ).lastrowid
            assert number is not None
            db.execute(
                "UPDATE takes SET file = ? WHERE number = ?", (self._recordings.file(number, like), number)
            )
            self._recordings.lock(number)  # before anybody can see the row
        return self.take(number)


def usual_folder() -> Path:
    """Where this platform keeps the data of a program."""
    import platformdirs

    return platformdirs.user_data_path("voicecoach", appauthor=False) / "history"
