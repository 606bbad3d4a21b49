"""Numbers as they are said in several languages: one form for all ways to say or write them."""

from __future__ import annotations

import pytest

from voicecoach.datafile import read_text
from voicecoach.rules.numbers import Numbers, read_numbers
from voicecoach.rules.text import MARKS, Spelling, read

SPANISH = """
values: {cero: 0, un: 1, uno: 1, una: 1, dos: 2, tres: 3, cuatro: 4, cinco: 5, seis: 6, siete: 7, ocho: 8,
  nueve: 9, diez: 10, quince: 15, veinte: 20, veintidós: 22, treinta: 30, cuarenta: 40, noventa: 90,
  cien: 100, ciento: 100, doscientos: 200, quinientas: 500}
scales: {mil: 1000, millones: 1000000}
repeats: {doble: 2, triple: 3}
ordinals: {primero: 1}
months: {mayo: 5}
parts_of_an_hour: {media: 30, cuarto: 15}
of: [de]
to: [para]
the_hour: [las, la]
hour_and: [y]
hour_less: [menos]
tens_and_units: [y]
links: [y, o, con, guion]
amounts: [euros]
letters: {erre: r}
stands_for: [de]
"""
RUSSIAN = """
values: {ноль: 0, один: 1, два: 2, две: 2, двух: 2, три: 3, пять: 5, десять: 10, десяти: 10, двадцать: 20,
  двадцати: 20, сорок: 40, двести: 200, двухсот: 200, четверти: 15}
scales: {тысяча: 1000, тысячи: 1000}
ordinals: {второе: 2, третьего: 3}
months: {мая: 5}
parts_of_an_hour: {половина: 30, четверть: 15}
nth_hour: {третьего: 3}
less: [без]
amounts: [минут, рублей, часа]
"""
CHINESE = """
values: {零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9, 幺: 1}
scales: {十: 10, 百: 100, 千: 1000, 万: 10000, 亿: 100000000}
parts_of_an_hour: {半: 30}
hour_and: [点]
links: [点]
amounts: [分, 月, 号, 块]
short_tens: yes
"""
JAPANESE = """
values: {ゼロ: 0, 〇: 0, 一: 1, いち: 1, 二: 2, 三: 3, さん: 3, 四: 4, よん: 4, 五: 5, 八: 8, 九: 9}
scales: {十: 10, 百: 100, 千: 1000, 万: 10000}
parts_of_an_hour: {半: 30}
hour_and: [時]
links: [の]
amounts: [分, 円]
"""


def numbers(text: str, *common: str) -> Numbers:
    return read_numbers(read_text(text, "language.yaml").mapping(), frozenset(common))


LANGUAGES = {
    "es": numbers(SPANISH, "un", "una", "y", "o", "a", "e"),
    "ru": numbers(RUSSIAN, "и", "а", "в"),
    "zh": numbers(CHINESE, "一", "万"),
    "ja": numbers(JAPANESE, "一"),
}


def signs(language: str, text: str) -> list[str]:
    words = [word for word in read(text, Spelling()).stream if word not in MARKS]
    return [run.signs for run in LANGUAGES[language].runs(words)]


@pytest.mark.parametrize(
    ("language", "form", "texts"),
    [
        ("es", "22", ["veintidós", "22", "dos dos", "doble dos", "dos, 2"]),
        ("es", "32", ["treinta y dos", "32", "tres dos", "tres y dos"]),
        ("es", "205", ["doscientos cinco", "205", "dos cero cinco"]),
        ("es", "122", ["ciento veintidós", "122", "uno veintidós", "cien veintidós"]),
        ("es", "2532", ["dos mil quinientas treinta y dos", "2532", "25 32", "2.532", "2.532 euros"]),
        ("es", "1040", ["mil cuarenta", "1040", "diez cuarenta"]),
        ("es", "4090", ["cuarenta euros con noventa", "40,90", "40 con 90"]),
        ("es", "330", ["tres y media", "3:30", "tres treinta", "a las tres y media", "30 para las cuatro"]),
        ("es", "345", ["cuatro menos cuarto", "3:45", "cuarto para las cuatro", "tres cuarenta y cinco"]),
        ("es", "15", ["uno de mayo", "primero de mayo", "1 de mayo"]),
        ("es", "conde", ["c-o-n-d-e", "c o n d e", "C, O, N, D de dos, E"]),
        ("es", "rey", ["erre e y", "r e y"]),
        ("ru", "22", ["двадцать два", "двадцати двух", "22", "два два"]),
        ("ru", "242", ["двести сорок два", "двухсот сорок два", "242"]),
        ("ru", "2005", ["две тысячи пять", "2005"]),
        ("ru", "230", ["половина третьего", "2:30"]),
        ("ru", "250", ["без десяти три", "без десяти минут три", "2:50"]),
        ("ru", "245", ["без четверти три", "2:45", "два часа сорок пять минут"]),
        ("ru", "210", ["десять минут третьего", "2:10", "два десять"]),
        ("ru", "225", ["двадцать второе мая", "22 мая"]),
        ("zh", "22", ["二十二", "22", "二二", "２２"]),
        ("zh", "12", ["十二", "12", "一二"]),
        ("zh", "20", ["二十", "20", "二零"]),
        ("zh", "105", ["一百零五", "105", "一〇五", "幺零五"]),
        ("zh", "150", ["一百五", "一百五十", "150"]),
        ("zh", "2300", ["两千三", "两千三百", "2300"]),
        ("zh", "35000", ["三万五千", "3万5千", "35000", "三万五"]),
        ("zh", "2050", ["两千零五十", "2050"]),
        ("zh", "330", ["三点半", "3:30", "三点三十", "三点三十分"]),
        ("zh", "1005", ["十点零五分", "10:05", "十点零五"]),
        ("zh", "512", ["五月十二号", "5月12号"]),
        ("zh", "13812", ["一三八一二", "幺三八幺二", "13812"]),
        ("ja", "22", ["二十二", "22", "二二"]),
        ("ja", "105", ["百五", "105", "一ゼロ五", "いちゼロ五"]),
        ("ja", "18000", ["一万八千円", "18000円", "1万8千円"]),
        ("ja", "330", ["三時半", "3:30", "3時30分"]),
        ("ja", "0345", ["ゼロさんの四五", "03の45", "0345"]),
    ],
)
def test_one_form_for_all_ways_to_say_it(language: str, form: str, texts: list[str]) -> None:
    assert {text: signs(language, text) for text in texts} == {text: [form] for text in texts}


@pytest.mark.parametrize(
    ("language", "text", "form"),
    [
        ("es", "un momento", []),
        ("es", "o sea que no", []),
        ("es", "una de las dos", ["2"]),
        ("es", "mayo y junio", []),
        ("ru", "без вас", []),
        ("ru", "в два", ["2"]),
        ("zh", "请等一下", []),
        ("zh", "万一不行", []),
        ("zh", "我的名字", []),
        ("ja", "一番", []),
        ("ja", "田中です", []),
    ],
)
def test_what_is_no_number(language: str, text: str, form: list[str]) -> None:
    assert signs(language, text) == form


def test_places_are_those_of_the_words_given() -> None:
    words = list("番号はゼロさん四です")
    (run,) = LANGUAGES["ja"].runs(words)
    assert "".join(words[run.places.start : run.places.stop]) == "ゼロさん四"
    assert run.signs == "034"
