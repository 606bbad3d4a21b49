from __future__ import annotations

from datetime import datetime
from threading import Thread

import pytest

from tests import catalogue
from voicecoach import i18n


def test_english_is_as_python_writes_it_and_reads_no_catalogue() -> None:
    assert i18n.number(1234.5) == "1234.5"
    assert i18n.number(1234.5, 2, grouped=True) == "1,234.50"
    assert i18n.number(0.12345, figures=3) == "0.123"
    assert i18n.number(2, 1, sign=True) == "+2.0"
    assert i18n.date(datetime(2026, 1, 3)) == "3 Jan 2026"
    assert i18n.month(datetime(2026, 1, 3)) == "January 2026"
    assert i18n.ngettext("{n} turn", "{n} turns", 1) == "{n} turn"
    assert i18n.ngettext("{n} turn", "{n} turns", 0) == "{n} turns"


@pytest.mark.parametrize(
    ("language", "number", "day", "month"),
    [
        ("ru", "1234,5", "3 янв. 2026\u202fг.", "январь 2026\u202fг."),
        ("es", "1234,5", "3 ene 2026", "enero de 2026"),
        ("ja", "1234.5", "2026/01/03", "2026年1月"),
        ("zh", "1234.5", "2026年1月3日", "2026年1月"),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(
    language: str, number: str, day: str, month: str
) -> None:
    with i18n.using(language):
        assert i18n.number(1234.5) == number
        assert i18n.date(datetime(2026, 1, 3)).replace("\xa0", "\u202f") == day
        assert i18n.month(datetime(2026, 1, 3)).replace("\xa0", "\u202f") == month


def test_a_language_holds_inside_its_block_and_not_in_other_threads() -> None:
    seen: list[str] = []
    with i18n.using("ru"):
        with i18n.using("tlh"):
            assert i18n.current() == "en"
        assert i18n.current() == "ru"
        thread = Thread(target=lambda: seen.append(i18n.current()))
        thread.start()
        thread.join()
    assert i18n.current() == "en"
    assert seen == ["en"]


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es", "es"),
        ("es_MX.UTF-8", "es"),
        ("zh-Hant", "zh"),
        ("C.UTF-8", ""),
        ("de", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_tags_of_languages(tag: str | None, language: str) -> None:
    assert i18n.offered(tag) == language


def test_a_message_that_is_missing_stays_english() -> None:
    with i18n.using("ja"):
        assert i18n._("no catalogue has this") == "no catalogue has this"
        assert i18n._("") == ""


@pytest.mark.parametrize("language", catalogue.translated())
def test_translations_have_the_placeholders_and_forms_of_their_messages(language: str) -> None:
    assert list(catalogue.faults(language)) == []


@pytest.mark.parametrize("language", catalogue.translated())
def test_catalogues_hold_every_message_and_no_other(language: str) -> None:
    new, gone, empty = catalogue.state(language)
    assert not new, "run: python -m tests.catalogue"
    assert not gone, "run: python -m tests.catalogue"
    assert not empty


def test_messages_are_found_in_code_templates_and_data() -> None:
    found = catalogue.messages()
    assert found.get("no speech of yours that the sound bears out") is not None  # code
    assert found.get("no voiced sound where the words should be") is not None  # data
    assert found.get("self introduction") is not None  # the id of a marker
    assert ("in the first {n} turn", "in the first {n} turns") in {message.id for message in found}
    assert len(found) > 500
