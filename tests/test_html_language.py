"""Pages in the language of the call: nothing untranslated, marked languages, numbers and days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from make_records import REASONS, record

from tests import make_analysis as made
from tests.catalogue import messages
from tests.pseudo import LANGUAGE, spoken
from tests.test_html_call import everywhere
from voicecoach import i18n
from voicecoach.batch.types import Who
from voicecoach.reports import html
from voicecoach.reports.html import environment, language
from voicecoach.reports.html.trainer import trainer_page
from voicecoach.types import Analysis

SAID = "话"  # stands for all that people said, and for what the analysis tells
PLAIN = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(r"\b(dB|dBFS|kHz|Hz|SHA-256|csv|calls|findings|not_analysed|voicecoach|wav|html|ru)\b")
SENTENCE = re.compile(r"""["'`]([A-Z][a-z]+ [^"'`]*|[^"'`<>{}\n]*([a-z]{2,} ){2,}[a-z]{2,}[^"'`\n]*)["'`]""")
UNIT = "per minute"  # of make_analysis alone
PLACE = re.compile(r"\{[^{}]*\}")
SHOWN = ("title", "aria-label", "alt", "placeholder", "aria-valuetext")
VOID = ("meta", "input", "br", "link", "img", "rect")


class Texts(HTMLParser):
    """What a page says to its reader: its texts and what is read out of attributes, with where they stand.

    Left out are scripts, styles, commands, keys, and what is marked as being in English.
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.said: list[tuple[str, str]] = []
        self.json: dict[str, str] = {}
        self.language = ""
        self.script = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        left = tag in ("script", "style", "code", "kbd") or found.get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, left or bool(self.open and self.open[-1][1])))
        if tag == "script":
            self.script = found.get("id") or ""
        if not left:
            self.said += [(f"{tag} {name}", found[name] or "") for name in SHOWN if name in found]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        self.script = ""

    def handle_data(self, data: str) -> None:
        if self.script:
            self.json[self.script] = self.json.get(self.script, "") + data
        elif self.open and not self.open[-1][1] and data.strip():
            self.said.append((self.open[-1][0], data.strip()))


def untranslated(page: Texts) -> Iterator[str]:
    """What of a page stands in plain letters: it is in no catalogue."""
    for where, text in page.said:
        if PLAIN.search(NAMES.sub("", text)):
            yield f"{where}: {text}"


@pytest.mark.parametrize("name", made.ALL)
def test_a_call_page_says_nothing_outside_the_catalogue(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = made.ALL[name]()
    case = replace(everywhere(case, SAID), language=LANGUAGE, unbacked=everywhere(case, SAID).findings[:1])
    with spoken(monkeypatch):
        page = Texts(html.call_page(case, back="../index.html", who=Who(SAID, "2026-03-01", SAID)))
    assert page.language == LANGUAGE
    assert len(page.said) > 100
    assert list(untranslated(page)) == []
    for text in json.loads(page.json["texts"]).values():
        assert not PLAIN.search(re.sub(r"\{\w+\}", "", NAMES.sub("", text))), text
    drawn = json.loads(page.json["charts-data"])
    labels = [
        one.get(key, "")
        for kind in ("events", "marks", "phases")
        for one in drawn[kind]
        for key in ("label", "name")
    ]
    for text in (*labels, *drawn["called"].values()):
        assert not PLAIN.search(text), text


def test_the_trainers_page_says_nothing_outside_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [
        record(
            f"call_{number}",
            f"{SAID}{number % 7}",
            _told(number),
            day=f"2026-03-{1 + number % 28:02}",
            scenario=SAID,
            relative=f"{number}.wav",
        )
        for number in range(60)
    ]
    calls += [record("copy", SAID, same_as="other"), record("bad", reason=SAID, relative=SAID)]
    with spoken(monkeypatch):
        pages = [
            Texts(trainer_page(some, **more))
            for some, more in ((calls, {}), (calls[:2], {"pages": False, "interrupted": True}), ([], {}))
        ]
    for page in pages[:2]:
        assert page.language == LANGUAGE
        assert len(page.said) > 50
    for page in pages:
        assert list(untranslated(page)) == []


def test_what_pages_ask_a_catalogue_for_is_among_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in messages()}
    calls = [record(f"{n}", f"{SAID}{n % 7}", _told(n), day="2026-03-01") for n in range(60)]
    broken = [record(f"b{n}", reason=reason) for n, reason in enumerate(REASONS)]
    with spoken(monkeypatch) as catalogue:
        for case in made.ALL.values():
            html.call_page(replace(case(), language=LANGUAGE))
        trainer_page([*calls, *broken])
        trainer_page(calls[:2], pages=False, interrupted=True)
        trainer_page([])
    assert len(catalogue.asked) > 250
    assert {text for text in catalogue.asked if any(map(str.isalpha, PLACE.sub("", text)))} - known == {UNIT}


def _told(number: int) -> Analysis:
    case = made.ALL[("good", "poor", "alone")[number % 3]]()
    return replace(everywhere(case, SAID), language=LANGUAGE)


# --- languages of what people said, days, quotation marks ---------------------------------------------------


def test_what_was_said_in_another_language_is_marked_with_it() -> None:
    said = replace(made.poor(), language="de")
    page = html.call_page(said)
    assert '<html lang="en">' in page
    assert '<bdi lang="de">' in page
    assert '<p class="words" dir="auto" lang="de">' in page
    assert 'lang="de"' not in html.call_page(replace(said, language="es"))
    assert '<html lang="es">' in html.call_page(replace(said, language="es"))


def test_a_turn_in_another_language_than_its_call_is_marked_with_its_own() -> None:
    case = made.poor()
    first = case.findings[0].turn
    assert first is not None
    turns = tuple(replace(turn, language="ja" if n == first else "") for n, turn in enumerate(case.turns))
    page = html.call_page(replace(case, turns=turns))
    assert page.count('<p class="words" dir="auto" lang="ja">') == 1
    assert f'<bdi lang="ja">{case.findings[0].quote}</bdi>' in page


def test_chinese_is_marked_by_its_characters() -> None:
    assert language.tag("zh") == language.tag("zh", "请问您的电话") == "zh-Hans"
    assert language.tag("zh", "請問您的電話") == "zh-Hant"
    assert language.tag("ja", "請求書") == "ja"
    with i18n.using("zh"):
        assert language.spoken("zh", "请问") == ""
        assert language.spoken("zh", "請問") == ' lang="zh-Hant"'


@pytest.mark.parametrize("code", ["", "x", "EN", 'de" onclick="', "deutsch", "d\u00e9"])
def test_what_is_no_language_marks_nothing(code: str) -> None:
    assert language.spoken(code) == ""


def test_the_trainers_page_is_in_the_language_all_calls_share() -> None:
    def page(*codes: str, asked: str = "") -> str:
        calls = [record(f"{n}", analysis=replace(made.poor(), language=code)) for n, code in enumerate(codes)]
        return Texts(trainer_page(calls, language=asked)).language

    assert page("es", "es") == "es"
    assert page("zh") == "zh-Hans"
    assert page("es", "ru") == page() == page("de", "de") == "en"
    assert page("es", "ru", asked="ja") == "ja"
    assert page("es", "es", asked="ja") == "es"
    assert page("de", "de", asked="ja") == "ja"
    with i18n.using("ru"):
        assert page("es", "ja") == "ru"


def test_criteria_of_calls_in_several_languages_are_named_in_that_of_the_page() -> None:
    told = made.poor()
    other = tuple(replace(c, name=SAID, tip=SAID) for c in told.scores.criteria)
    calls = [
        record("a", "Ann", replace(told, language="es")),
        record("b", "Ben", replace(told, language="zh", scores=replace(told.scores, criteria=other))),
    ]
    criteria = json.loads(Texts(trainer_page(calls)).json["data"])["criteria"]
    assert [name for _id, name, _tip in criteria] == [c.name for c in told.scores.criteria]
    assert SAID not in str(criteria)


def test_moments_of_calls_in_other_languages_are_marked_also_for_the_script() -> None:
    calls = [record(code, analysis=replace(made.poor(), language=code)) for code in ("ja", "es")]
    page = Texts(trainer_page(calls, language="es"))
    assert json.loads(page.json["data"])["spoken"] == {"ja": "ja"}


def test_days_are_written_as_the_language_does() -> None:
    written = {
        "en": "2026-03-01 09:30",
        "zh": "2026年3月1日 09:30",
        "ja": "2026/03/01 09:30",
        "es": "1 mar 2026 09:30",
    }
    for code, wanted in written.items():
        with i18n.using(code):
            assert language.day("2026-03-01T09:30") == wanted
            assert language.day("2026-13-01") == "2026-13-01"
            assert language.day("soon") == "soon"


def test_lists_and_sentences_end_as_the_language_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.sentence("two things.") == "Two things."
    assert language.capital("\u8bdd\u3002") == "\u8bdd"
    assert language.listed(["a", "b"]) == "a, b"


def test_every_language_has_its_quotation_marks_and_fonts() -> None:
    style = environment.text("base.css")
    for code, first in (("ru", "ab"), ("es", "ab"), ("ja", "300c")):
        assert f':root:lang({code}) {{ quotes: "\\{first}"' in style
    for code in ("zh", "zh-Hant", "ja", "ko"):
        assert f"[lang]:lang({code})" in style


def test_no_script_holds_a_sentence() -> None:
    for name in ("player.js", "charts.js", "trainer.js", "language.js"):
        bare = re.sub(r"//.*|className = .*", "", environment.text(name))
        found = re.findall(
            r"""["'`]([A-Z][a-z]+ [^"'`]*|[^"'`<>{}\n]*[a-z]{2,} [a-z]{2,} [a-z]{2,}[^"'`\n]*)["'`]""", bare
        )
        assert found == [], name
