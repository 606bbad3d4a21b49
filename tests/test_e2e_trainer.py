"""The trainer's page in a browser: filters, moments that lead to their second, many calls, hostile names."""

from __future__ import annotations

import base64
import wave
from collections.abc import Callable
from pathlib import Path

import make_analysis
import pytest
from browser import NARROW, Browser, browser
from make_records import HOSTILE, record, records, slim

from voicecoach import triage
from voicecoach.batch.types import Record
from voicecoach.reports.html import call_page
from voicecoach.reports.html.sound import embed
from voicecoach.reports.html.trainer import percent, trainer_page

__all__ = ["browser"]  # the fixture

READY = "return document.documentElement.dataset.ready"
LINKS = "return [...document.querySelectorAll('#moments .go')].map((a) => a.getAttribute('href'))"
FILES = "return [...document.querySelectorAll('#calls .name')].map((a) => a.textContent)"
COUNT = "return document.getElementById('count').textContent"
SAMPLE = """return [...document.querySelectorAll('#sample > li')].map((li) => [
  li.querySelector('.agent').textContent, [...li.querySelectorAll('.file')].map((one) => one.textContent)])"""
COMMON = """return [...document.querySelectorAll('#common .some')].map((node) => node.hidden ? null : [
  node.querySelector('.name').textContent, node.querySelector('.numbers').textContent])"""
SET = """const form = document.getElementById('form');
for (const [name, value] of Object.entries(arguments[0])) form.elements[name].value = value;
form.dispatchEvent(new Event('input', { bubbles: true }));"""
CHANGE = "return document.getElementById('count').textContent !== arguments[0]"

Show = Callable[..., Path]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Show:
    """Write and open the page of some calls."""

    def opened(calls: list[Record], **options: object) -> Path:
        page = tmp_path / "index.html"
        page.write_text(trainer_page(calls), encoding="utf-8")
        browser.open(page, **options)  # type: ignore[arg-type]
        return page

    return opened


def choose(browser: Browser, **fields: str) -> None:
    """Set filters and wait until the page has followed."""
    before = browser.run(COUNT)
    browser.run(SET, fields)
    browser.until(CHANGE, before)


def links(moments: tuple[triage.Moment, ...]) -> list[str]:
    return [f"calls/{one.name}.html#t={one.hear:.1f}" for one in moments]


def expected(calls: list[Record]) -> list[object]:
    """What is common, as the page says it."""
    common = triage.common(calls)
    return [
        one
        and [
            one.name,
            f"{word} in {one.calls} of {one.of_calls} calls ({percent(one.calls / one.of_calls)} %; "
            f"likely {percent(one.low)} to {percent(one.high)} %), "
            f"with {one.people} of {one.of_people} people",
        ]
        for one, word in ((common.well, "heard"), (common.train, "open"))
    ]


def test_a_person_is_chosen_and_everything_follows(browser: Browser, show: Show) -> None:
    calls = records(300, people=9)
    show(calls)
    browser.until(READY)
    assert browser.run(LINKS) == links(triage.three(calls))
    for agent in ("Chiara", "Dana", "Ines"):
        own = [one for one in calls if one.who.agent == agent]
        choose(browser, agent=agent)
        assert browser.run(COUNT) == f"{len(own)} of 300 calls"
        assert browser.run(LINKS) == links(triage.three(own))
        lots = triage.sample(own, 2, 0)
        assert browser.run(SAMPLE) == [[agent, [one.relative for one in lots[agent]]]]
        assert set(browser.run(FILES)) <= {one.relative for one in own}
        assert browser.run("return document.getElementById('common').hidden")
        assert "fewer than 5 people" in browser.run("return document.getElementById('no-common').textContent")
    assert browser.complaints() == []
    assert browser.outside() == []


def test_the_group_is_summed_up_anew_by_the_same_arithmetic(browser: Browser, show: Show) -> None:
    calls = records(300, people=9)
    show(calls)
    browser.until(READY)
    assert browser.run(COMMON) == expected(calls)
    for scenario in ("billing", "outage"):
        own = [one for one in calls if one.who.scenario == scenario]
        choose(browser, scenario=scenario)
        assert browser.run(COMMON) == expected(own)
        assert browser.run(LINKS) == links(triage.three(own))
        lots = triage.sample(own, 2, 0)
        assert browser.run(SAMPLE) == [[name, [one.relative for one in lot]] for name, lot in lots.items()]


def test_dates_markers_and_words_narrow_the_list(browser: Browser, show: Show) -> None:
    calls = records(200, people=6)
    show(calls)
    browser.until(READY)

    def heard(one: Record, rule: str) -> bool:
        return one.analysis is not None and any(found.rule == rule for found in one.analysis.findings)

    for fields, fits in (
        (
            {"from": "2026-03-10", "to": "2026-03-20"},
            lambda one: "2026-03-10" <= one.who.date <= "2026-03-20",
        ),
        ({"marker": "courtesy.hold"}, lambda one: heard(one, "courtesy.hold")),
        ({"marker": "courtesy.hold", "has": "no"}, lambda one: not heard(one, "courtesy.hold")),
        ({"text": "CALL_0013"}, lambda one: "call_0013" in one.relative),
    ):
        empty = dict.fromkeys(("from", "to", "marker", "has", "text"), "")
        choose(browser, **{**empty, **fields})
        own = [one for one in calls if fits(one)]
        assert 0 < len(own) < 200
        assert browser.run(COUNT) == f"{len(own)} of 200 calls"
    choose(browser, text="nobody said this")
    assert browser.run(FILES) == []
    assert browser.run("return !document.getElementById('no-calls').hidden")
    browser.run("document.getElementById('clear').click()")
    browser.until("return document.getElementById('count').textContent === 'all 200 calls'")


def test_filters_are_kept_in_the_address(browser: Browser, show: Show) -> None:
    calls = records(300, people=5)
    page = show(calls)
    browser.until(READY)
    choose(browser, agent="Dana", text="2026-03")
    browser.run("document.getElementById('sort').value = 'length'")
    browser.run("document.getElementById('sort').dispatchEvent(new Event('change'))")
    fragment = browser.run("return location.hash.slice(1)")
    before = (browser.run(COUNT), browser.run(FILES), browser.run(LINKS))
    browser.open(page, fragment=fragment)
    browser.until(READY)
    assert (browser.run(COUNT), browser.run(FILES), browser.run(LINKS)) == before
    lengths = {one.relative: one.analysis.source.duration for one in calls if one.analysis}
    seconds = [int(lengths[file]) for file in before[1]]
    assert seconds == sorted(seconds, reverse=True)
    browser.open(page, fragment="agent=Nobody&page=99&sort=score&has=what")
    browser.until(READY)
    assert browser.run(COUNT) == "all 300 calls"
    assert (
        browser.run("return document.getElementById('form').elements.agent.selectedOptions[0].text")
        == "everybody"
    )


def test_a_moment_leads_to_the_page_of_its_call(browser: Browser, show: Show, tmp_path: Path) -> None:
    calls = records(20, people=3)
    show(calls)
    (tmp_path / "calls").mkdir()
    for moment in triage.three(calls):
        (tmp_path / "calls" / f"{moment.name}.html").write_text("<title>there</title>", encoding="utf-8")
    browser.until(READY)
    first = triage.three(calls)[0]
    browser.run("document.querySelector('#moments .go').click()")
    browser.until("return document.title === 'there'")
    assert browser.run("return location.href").endswith(f"calls/{first.name}.html#t={first.hear:.1f}")


def test_two_thousand_calls_come_page_by_page(browser: Browser, show: Show) -> None:
    calls = records(2000, people=40, failed=20)
    show(calls)
    browser.until(READY)
    assert browser.run(COUNT) == "all 2,000 calls"
    first = browser.run(FILES)
    assert len(first) == 50
    browser.run("document.getElementById('later').click()")
    second = browser.run(FILES)
    assert len(set(first) | set(second)) == 100
    assert browser.run("return document.getElementById('page').textContent") == "Page 2 of 40"
    assert browser.run("return document.querySelectorAll('*').length") < 2500
    choose(browser, agent="Person 030")
    assert browser.run(COUNT).endswith("of 2,000 calls")
    assert browser.run("return document.getElementById('page').textContent").startswith("Page 1")


def test_names_of_people_run_nothing(browser: Browser, show: Show) -> None:
    calls = [
        record(f"call{number}", hostile, relative=f"{hostile}.wav", scenario=hostile, day="2026-03-01")
        for number, hostile in enumerate(HOSTILE)
    ]
    calls += [record("bad", reason=f"{HOSTILE[1]}: is empty", relative=f"{HOSTILE[0]}.mp3")]
    show(calls)
    browser.until(READY)
    assert len(browser.run(FILES)) == len(HOSTILE)
    choose(browser, agent=HOSTILE[1])
    assert browser.run(FILES) == [f"{HOSTILE[1]}.wav"]
    assert browser.run("return document.title") == "Calls to hear"
    assert browser.run("return document.querySelectorAll('#calls img, main script').length") == 0
    assert browser.complaints() == []


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_nothing_stands_out_of_the_page(browser: Browser, show: Show, dark: bool) -> None:
    calls = records(60, people=7, failed=3)
    calls.append(record("x" * 150, "N" * 80, relative=f"{'x' * 150}.wav", scenario="s" * 90))
    show(calls, size=NARROW, dark=dark)
    browser.until(READY)
    assert browser.sideways() <= 0
    assert not browser.run("return document.getElementById('filters').open")
    browser.run("document.getElementById('filters').open = true")
    assert browser.sideways() <= 0
    small = browser.run(
        """return [...document.querySelectorAll('a.button, button, select, input, summary, #calls .name')]
        .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 43.5)
        .map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_keyboard_reaches_filters_moments_and_calls(browser: Browser, show: Show) -> None:
    show(records(5, people=2))
    browser.until(READY)
    reached = []
    for _ in range(40):
        browser.driver.switch_to.active_element.send_keys("\ue004")  # tab
        reached.append(
            browser.run("const e = document.activeElement; return e.name || e.className || e.id || e.tagName")
        )
    for wanted in ("skip", "agent", "marker", "text", "button go", "sort", "name"):
        assert wanted in reached
    assert browser.run("return document.querySelectorAll('[tabindex]').length") == 0


def test_without_scripts_the_moments_are_there(browser: Browser, show: Show) -> None:
    calls = records(30, people=6)
    page = trainer_page(calls)
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(calls)
        root = browser.driver.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]
        nodes = browser.driver.execute_cdp_cmd(
            "DOM.querySelectorAll", {"nodeId": root, "selector": "#moments .go"}
        )
        tables = browser.driver.execute_cdp_cmd(
            "DOM.querySelectorAll", {"nodeId": root, "selector": "noscript a[href='calls.csv']"}
        )
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(nodes["nodeIds"]) == 3
    assert len(tables["nodeIds"]) == 1
    assert page


def test_it_prints(browser: Browser, show: Show) -> None:
    show(records(30, people=6))
    browser.until(READY)
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"]
    assert base64.b64decode(printed).startswith(b"%PDF")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.run("return getComputedStyle(document.getElementById('filters')).display") == "none"
        assert browser.run("return getComputedStyle(document.getElementById('moments')).display") != "none"
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_call_opens_at_the_second_of_its_moment_and_leads_back(
    browser: Browser, show: Show, tmp_path: Path
) -> None:
    calls = [
        record("quiet", "Ann", slim(make_analysis.poor())),
        record("fine", "Bob", slim(make_analysis.good())),
    ]
    wav = tmp_path / "call.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000 * 52)
    (tmp_path / "calls").mkdir()
    for one, analysis in zip(calls, (make_analysis.poor(), make_analysis.good()), strict=True):
        page = call_page(analysis, sound=embed(wav), back="../index.html")
        (tmp_path / "calls" / f"{one.name}.html").write_text(page, encoding="utf-8")
    for number, moment in enumerate(triage.three(calls)):
        show(calls)
        browser.until(READY)
        browser.run("document.querySelectorAll('#moments .go')[arguments[0]].click()", number)
        at = browser.until(
            "const s = document.querySelector('audio'); return s && s.readyState > 0 && [s.currentTime]"
        )
        assert at == pytest.approx([round(moment.hear, 1)], abs=0.05)
        assert f"/calls/{moment.name}.html" in browser.run("return location.href")
        browser.run("document.querySelector('a[href=\"../index.html\"]').click()")
        browser.until(READY)
