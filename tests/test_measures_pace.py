"""Syllables of texts whose count is known, and pace of calls whose answer is arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.test_measures import FACTS, call, contours, measured, value
from voicecoach import measures, rules
from voicecoach.datafile import read_file
from voicecoach.errors import UsageError
from voicecoach.measures import sound
from voicecoach.measures.definitions import threshold
from voicecoach.measures.syllables import PACKS
from voicecoach.types import AGENT, Event

LANGUAGES = ("en", "es", "ja", "ru", "zh")
TEXT = "one two three four five six"  # six syllables


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "europe's museum", 5), ("en", "colonel", 2), ("en", "USB", 3), ("en", "8 a.m.", 3),
        ("en", "$12.50", 5), ("en", "3:30", 3), ("en", "12:00", 1), ("en", "20%", 4), ("en", "2.5", 3),
        ("en", "the 1st of May", 4), ("en", "in 1984", 6), ("en", "john.smith@example.com", 9),
        ("es", "siguiente", 3), ("es", "quería", 3), ("es", "aéreo", 4), ("es", "león", 2),
        ("es", "ciudad", 2), ("es", "pingüino", 3), ("es", "hay ahora", 4), ("es", "22", 3),
        ("es", "500", 3),
        ("ru", "конференция", 5), ("ru", "моё имя", 4), ("ru", "в 25", 3), ("ru", "РФ", 2),
        ("ja", "きょうは", 3), ("ja", "チェックイン", 5), ("ja", "ありがとうございます", 10),
        ("ja", "カード", 3),
        ("ja", "300", 4), ("zh", "测试完成后", 5), ("zh", "3个", 2), ("zh", "二〇二六年", 5),
    ],
)  # fmt: skip
def test_units_of_a_text(language: str, text: str, count: int) -> None:
    found = sound.sound(sound.facts(language))
    assert found is not None
    assert found.count(text) == count


def test_a_kanji_has_so_many_morae_in_the_mean() -> None:
    found = sound.sound(sound.facts("ja"))
    assert found is not None
    assert found.count("電話番号") == pytest.approx(7, abs=0.3)  # でんわばんごう


@pytest.mark.parametrize(
    ("text", "nuclei"),
    [
        ("カード", 2), ("きって", 2), ("しんぶん", 2), ("あおい", 1), ("です。", 1), ("ですね", 3),
        ("がくせい", 2), ("みずをのむ", 4), ("300", 3), ("ありがとうございます", 7),
    ],
)  # fmt: skip
def test_long_and_whispered_vowels_have_no_nucleus_in_japanese(text: str, nuclei: int) -> None:
    found = sound.sound(sound.facts("ja"))
    assert found is not None
    assert found.count_nuclei(text) == nuclei


def test_nuclei_are_syllables_but_in_japanese() -> None:
    for language, text in (("en", "Thank you for calling"), ("es", "buenos días"), ("zh", "测试完成后")):
        found = sound.sound(sound.facts(language))
        assert found is not None
        assert found.count_nuclei(text) == found.count(text)


def test_every_listed_word_is_counted_as_listed() -> None:
    found = sound.sound(sound.facts("en"))
    assert found is not None
    lines = (PACKS / "en" / "syllables.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line[:1] not in ("", "#")]
    listed = [(word, int(row[0])) for row in rows for word in row[1:]]
    assert len(listed) > 3000
    assert len({word for word, _ in listed}) == len(listed)
    assert all(found.count(word) == count for word, count in listed)
    assert "Carnegie Mellon University" in "".join(lines[:8])


def test_a_language_may_have_a_sound_without_having_rules() -> None:
    assert {path.parent.name for path in PACKS.glob("*/sound.yaml")} == set(LANGUAGES)
    assert sound.facts("xx") == {}
    for language in LANGUAGES:
        read_file(PACKS / language / "sound.yaml")
        if language not in rules.languages():
            with pytest.raises(UsageError, match="no rules for the language"):
                rules.load_pack(language)


def test_acknowledgements_without_spaces() -> None:
    found = sound.sound(sound.facts("ja"))
    assert found is not None
    assert found.is_backchannel(["はい", "、", "そう", "です", "ね"])
    assert not found.is_backchannel(["はい", "電話", "です"])
    assert found.has(found.waits, ["少", "々", "お待ち"])


def test_the_sound_gives_the_pace_where_nothing_is_known_of_the_language() -> None:
    made = call([(1, 11, TEXT)], facts={}, language="xx")  # a nucleus each 0.25 s
    rate = measured(made)["pace.articulation_rate", AGENT]
    assert rate.value == pytest.approx(4, rel=0.02)
    assert (rate.unit, rate.grade) == ("syllables/s", "B")
    assert rate.low == pytest.approx(0.9 * rate.value, rel=0.01)
    assert "'xx'" in rate.reason
    assert measured(made)["pace.words_per_minute", AGENT].value is None


def test_the_sound_gives_the_pace_where_there_are_no_words() -> None:
    made = call([(1, 11, "")])
    assert value(made, "pace.articulation_rate") == pytest.approx(4, rel=0.02)
    assert measured(made)["pace.articulation_rate", AGENT].grade == "B"
    silent = contours([(1, 11, "")], nuclei=np.empty(0, np.float32))
    assert measured(replace(made, contours={AGENT: silent}))["pace.articulation_rate", AGENT].value is None


def test_morae_are_more_than_the_nuclei_heard() -> None:
    made = call([(1, 11, "")], facts=sound.facts("ja"), language="ja")
    per_mora = float(sound.facts("ja")["sound"]["pace"]["nuclei"])
    assert value(made, "pace.articulation_rate") == pytest.approx(4 / per_mora, rel=0.02)


def test_the_text_says_how_many_nuclei_its_morae_have() -> None:
    words = [
        (1 + k, 2 + k, "カードをコール") for k in range(10)
    ]  # seven morae, four nuclei: a nucleus each 0.25 s
    made = call(words, facts=sound.facts("ja"), language="ja")
    rate = measured(made)["pace.articulation_rate", AGENT]
    assert rate.value == pytest.approx(7, rel=0.02)
    assert "sound" not in rate.reason
    curve = measures.curves(made, measures.events(made))["pace"][AGENT]
    assert curve.values[5] == pytest.approx(7, rel=0.06)


def test_filled_pauses_are_left_out_of_the_articulation_rate() -> None:
    made = call([(1, 11, f"{TEXT} um {TEXT}")])
    filler = Event("filler", AGENT, 5.0, 7.0, "um")
    found = {m.id: m.value for m in measures.measure(made, [*measures.events(made), filler], ())}
    assert found["pace.articulation_rate"] == pytest.approx(12 / 8, rel=0.01)
    assert found["pace.speech_rate"] == pytest.approx(12 / 10, rel=0.01)


def test_drift_compares_the_last_third_with_the_first() -> None:
    said = [(5.0 * k, 5.0 * k + 4.5, TEXT if k < 8 else f"{TEXT} {TEXT}") for k in range(12)]
    drift = measured(call(said))["pace.drift", AGENT]
    assert drift.value == pytest.approx(100, abs=0.1)
    assert "begins at 0:39" in drift.reason
    assert measured(call(said[:6]))["pace.drift", AGENT].value is None


def test_the_curve_is_the_rate_of_the_nuclei_in_a_window() -> None:
    made = call([(10, 40, TEXT)])
    curve = measures.curves(made, measures.events(made))["pace"][AGENT]
    assert (curve.hop, curve.window) == (threshold("curve_hop"), threshold("curve_window"))
    assert len(curve.values) == 61
    assert curve.values[25] == pytest.approx(4, rel=0.05)
    assert np.isnan(curve.values[2])
    assert not np.isnan(curve.values[10])  # half of the window holds speech
    assert measures.curves(replace(made, separate=False), ()) == {}


def test_the_facts_of_english_are_those_of_its_pack() -> None:
    assert sound.facts("en")["sound"] == FACTS["sound"]
