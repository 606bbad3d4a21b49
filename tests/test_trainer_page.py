"""The trainer's page as text: what stands in it, what is escaped, and what is said of nothing at all."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from html.parser import HTMLParser

import make_analysis
import pytest
from make_records import HOSTILE, NAMES, REASONS, record, records, slim

from voicecoach import triage
from voicecoach.batch.types import Record
from voicecoach.reports.html.trainer import embedded, trainer_page

VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """Every element with its attributes, the text in it, and whether all of them are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif "template" not in self.open and not (self.open and self.open[-1] == "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, tag: str, name: str) -> list[str]:
        return [value or "" for found, attrs in self.elements if found == tag and (value := attrs.get(name))]


def read(calls: list[Record], **options: object) -> Page:
    page = Page(trainer_page(calls, **options))  # type: ignore[arg-type]
    assert page.open == []
    return page


def test_a_moment_leads_to_its_second() -> None:
    calls = records(60, people=7)
    moments = triage.three(calls)
    links = read(calls).attributes("a", "href")
    assert [link for link in links if "#t=" in link] == [
        *(f"calls/{one.name}.html#t={one.hear:.1f}" for one in moments),
        "calls/.html#t=0.0",  # of the template
    ]


def test_the_page_says_who_to_hear_and_what_is_common() -> None:
    calls = records(60, people=7, failed=4)
    calls += [record(f"poor {n}", NAMES[n % 7], slim(make_analysis.poor())) for n in range(60)]
    text = read(calls).text
    common = triage.common(calls)
    assert common.train is not None
    assert f"open in {common.train.calls} of {common.train.of_calls} calls" in text
    assert common.train.tip in text
    for moment in triage.three(calls):
        assert moment.quote in text
        assert moment.why in text
    assert "120 of 124 recordings analysed" in text
    assert REASONS[0] in text


def test_a_group_of_four_is_not_summed_up() -> None:
    text = read(records(200, people=4)).text
    assert "Nothing is said of the group: fewer than 5 people" in text
    assert "Nothing is said of the rules: fewer than 5 people" in text
    assert not re.search(r"(heard|open) in \d", text)


def test_no_score_and_no_rank_stands_in_the_page() -> None:
    calls = records(60, people=7)
    page = trainer_page(calls)
    totals = {c.analysis.scores.total for c in calls if c.analysis}
    assert totals - {0.0, 100.0, None}
    for total in totals - {0.0, 100.0, None}:
        assert f"{total}" not in page
    assert not re.search(r"\b(best|worst|top|rank \d|score)\b", read(calls).text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([], "No recordings yet"),
        ([record("bad", reason=REASONS[1])], "No recording could be analysed"),
        (records(30, named=False), "Whose calls these are is not known"),
        ([record("one", "Dana")], "1 call"),
        ([record("still", analysis=slim(make_analysis.silent()))], "No moment stands out"),
    ],
)
def test_where_there_is_little_the_page_says_so(calls: list[Record], words: str) -> None:
    assert words in read(calls).text


def test_a_batch_that_was_stopped_says_so() -> None:
    assert "This batch is not finished" in read(records(3), interrupted=True).text
    assert "Nothing is done yet" in read([], interrupted=True).text
    assert "This batch is not finished" not in read(records(3)).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_wrote_stays_text(hostile: str) -> None:
    good = slim(make_analysis.good())
    findings = tuple(replace(one, quote=f"{hostile} and four words") for one in good.findings)
    calls = [
        record(
            "call",
            hostile,
            replace(good, findings=findings, warnings=(f"damaged {hostile}",)),
            scenario=hostile,
            day="2026-03-01",
            relative=f"{hostile}.wav",
        ),
        record("other", "Dana", day="2026-03-01"),
        record("bad", reason=f"{hostile}: is empty", relative=f"{hostile}.mp3"),
    ]
    plain = [record("call", "Ann"), record("other", "Dana"), record("bad", reason="x: is empty")]
    page, harmless = read(calls), read([replace(one) for one in plain])
    assert {tag for tag, _ in page.elements} - {tag for tag, _ in harmless.elements} <= {
        "label",
        "option",
        "input",
    }
    assert sum(tag == "script" for tag, _ in page.elements) == 4
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    whole = trainer_page(calls)
    assert "\u202e" not in whole
    assert "\u2028" not in whole
    assert json.loads(page.scripts[0])["calls"]


def test_the_policy_lets_nothing_else_run() -> None:
    page = read(records(7))
    (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
    assert policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not any("style" in attrs for _, attrs in page.elements)
    assert not [link for link in page.attributes("a", "href") if "://" in link]
    assert not page.attributes("img", "src")


def test_two_thousand_calls_stay_small() -> None:
    calls = records(2000, people=40)
    assert len(trainer_page(calls).encode()) < 2_000_000
    rows = embedded(calls, 0)["calls"]
    assert len(rows) == 2000
    assert sorted(row[12] for row in rows) == list(range(2000))


def test_copies_are_counted_once() -> None:
    calls = [*records(10, people=2), record("copy", "Amal", same_as="2026-03/call_0000.wav")]
    page = read(calls)
    assert "10 of 11 recordings analysed" in page.text
    assert "1 is a copy of another" in page.text
    assert len(json.loads(page.scripts[0])["calls"]) == 10


ODD = ("", " ", "\ud800", '"', "\u202e<b>", "a" * 3000, "{{x}}", "\0", "%s{0}{message}", "-", "ä/ö\\", "\n\r")


@pytest.mark.parametrize("seed", range(10))
def test_odd_records_break_no_page(seed: int) -> None:
    lot = random.Random(seed)  # noqa: S311 - a lot, not a secret
    calls = []
    for number in range(20):
        made = slim(lot.choice(list(make_analysis.ALL.values()))())
        findings = tuple(
            replace(
                one,
                start=lot.choice((None, 0.0, -1.0, 1e9, one.start)),
                end=lot.choice((None, 0.0, one.end)),
                rule=lot.choice((one.rule, "own.rule", "nodot")),
                quote=lot.choice((*ODD, one.quote)),
                message=lot.choice(ODD),
                advice=lot.choice(ODD),
            )
            for one in made.findings
        )
        odd = replace(
            made, findings=findings, language=lot.choice(("", "en", "zz")), warnings=(lot.choice(ODD),)
        )
        calls.append(
            record(
                f"call {number}",
                lot.choice(ODD),
                odd,
                day=lot.choice(("", "2026-03-01", "2026-03-01T10:00", "no day")),
                scenario=lot.choice(ODD),
                relative=f"{lot.choice(ODD)}{number}",
                reason=lot.choice(("", "", "", *ODD)),
                same_as=lot.choice(("", "", "another")),
            )
        )
    page = read(calls)
    data = json.loads(page.scripts[0])
    good = [one for one in calls if one.analysis and not one.same_as]
    assert len(data["calls"]) == len(good)
    assert all(moment[1] >= 0 for row in data["calls"] for moment in row[9])
