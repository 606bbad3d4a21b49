"""Pages of HTML: what they may do, what stands in them, and that text of people stays text."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import make_analysis as made
from voicecoach.errors import UsageError
from voicecoach.reports import html
from voicecoach.reports.html import environment


class Parsed(HTMLParser):
    """Tags with their attributes, and the text of scripts and styles by tag."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.content: dict[str, list[str]] = {"script": [], "style": []}
        self.inside = ""
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        if tag in self.content:
            self.content[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.content:
            self.content[self.inside][-1] += data
        else:
            self.words.append(data)


def test_styles_and_scripts_of_a_page_are_those_its_policy_allows() -> None:
    page = Parsed(html.call_page(made.poor()))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    scripts = [
        text
        for (_, attributes), text in zip(
            [tag for tag in page.tags if tag[0] == "script"], page.content["script"], strict=True
        )
        if not (attributes.get("type") or "").startswith("application/")  # data, never run as it stands
    ]
    for text in (*page.content["style"], *scripts):
        assert environment.digest(text) in policy


def test_several_recordings_are_no_page() -> None:
    with pytest.raises(UsageError, match="--output-dir"):
        html.render([made.good(), made.poor()])


@given(
    st.recursive(st.text() | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_data_for_scripts_is_json_that_ends_nothing(value: object) -> None:
    found = environment.data(value)
    assert found.isascii()
    assert not set("<>&") & set(found)
    json.loads(found)


@given(st.text(alphabet=st.characters(categories=("Cc", "Cf", "Cs", "Lu", "Zl", "Po", "So"))))
def test_clean_text_steers_nothing_and_keeps_the_rest(text: str) -> None:
    found = environment.clean(text)
    found.encode()
    assert not set(found) & (environment.REORDERING | {"\x00", "\x1b", "\u2028"})
    assert [c for c in text if c.isalpha()] == [c for c in found if c.isalpha()]
