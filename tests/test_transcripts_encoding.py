"""In which encoding a transcript is, and text that was read in a wrong one before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicecoach import transcripts
from voicecoach.transcripts.encoding import decode, repaired

SAID = {
    "en": ["Agent: That’s £15 – the café’s own price.", "Customer: “Très” dear, isn’t it?"],
    "es": ["Agente: ¿Cuál es su número de teléfono?", "Cliente: Aún no me llegó la señal de Internet."],
    "ru": [
        "Оператор: Назовите, пожалуйста, вашу фамилию.",
        "Клиент: Уже третий день нет интернета!",
        "КЛИЕНТ: СКОЛЬКО МОЖНО ЖДАТЬ",
    ],
    "zh": ["客服：请稍等，我马上为您查询。", "客户：发票还没有收到，怎么办？", "客服：已经寄出了。"],
    "zh-Hant": ["客服：請稍等，我馬上為您查詢。", "客戶：發票還沒有收到，怎麼辦？"],
    "ja": [
        "オペレーター：確認いたしますので、少々お待ちくださいませ。",
        "お客様：領収書がまだ届いていません。",
    ],
}
ENCODINGS = {
    "en": ["cp1252"],
    "es": ["cp1252", "latin-1"],
    "ru": ["cp1251", "koi8_r", "cp866"],
    "zh": ["gb18030"],
    "zh-Hant": ["big5", "gb18030"],
    "ja": ["cp932", "euc_jp", "iso2022_jp"],
}
EVERY = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
CASES = [
    (language, encoding, text)
    for language, lines in SAID.items()
    for encoding in (*ENCODINGS[language], *EVERY)
    for text in (*lines, "\n".join(lines))
]


@pytest.mark.parametrize(("language", "encoding", "text"), CASES)
def test_text_comes_back_as_it_was_written(language: str, encoding: str, text: str) -> None:
    found = decode(text.encode(encoding), "call.txt")
    assert found.text == text
    plain = encoding in EVERY or encoding == "iso2022_jp"
    assert any(note.text == "guessed" for note in found.notes) is not plain


def test_an_encoding_that_was_guessed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\n".join(SAID["ru"]).encode("koi8_r"))
    found = transcripts.read(path)
    assert (found.encoding, found.language) == ("koi8_r", "ru")
    assert "koi8_r fits best" in found.warnings[0]


def test_a_few_wrong_bytes_do_not_make_it_another_encoding() -> None:
    raw = "\n".join(SAID["es"] * 3).encode() + b"\nse\xf1or\n"
    found = decode(raw, "a.txt")
    assert found.encoding == "UTF-8"
    assert found.text.count("\ufffd") == 1
    assert found.notes[0].said.startswith("1 bytes are not UTF-8")
    assert "cannot be brought back" in found.notes[1].said


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("wrong", ["latin-1", "cp1251", "koi8_r", "mac_roman", "gb18030"])
def test_utf8_read_in_another_encoding_is_repaired(language: str, wrong: str) -> None:
    text = "\n".join(SAID[language])
    try:
        damaged = text.encode().decode(wrong)
    except UnicodeDecodeError:  # this damage cannot happen to this text without losing letters
        damaged = text.encode().decode("latin-1")
    mended, notes = repaired(damaged)
    assert mended == text
    assert notes[0].text == "repaired"
    assert notes[0].values["count"] == len(SAID[language])


@pytest.mark.parametrize("text", ["Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "ä½ å¥½", "ã‚ã‚Š", "Â¿QuÃ© tal?"])
def test_damage_as_it_is_seen(text: str) -> None:
    mended, notes = repaired(text)
    assert mended in ("привет", "你好", "あり", "¿Qué tal?")
    assert [note.text for note in notes] == ["repaired"]


@pytest.mark.parametrize("language", SAID)
def test_what_is_right_stays(language: str) -> None:
    text = "\n".join((*SAID[language], "naïve Ünal ça São", "茅台", "Ã", "É que já é"))
    assert repaired(text) == (text, ())


def test_damage_behind_the_escapes_of_json_is_repaired(tmp_path: Path) -> None:
    damaged = SAID["ru"][0].encode().decode("latin-1")
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"start": 0, "end": 1, "text": damaged}]), encoding="ascii")
    found = transcripts.read(path)
    assert found.lines[0].text == SAID["ru"][0]
    assert [note.text for note in found.notes] == ["repaired"]
