"""Scenarios are data: read strictly, and every example answer is a test of itself."""

from pathlib import Path

import pytest

from voicecoach.errors import DataFileError, UsageError
from voicecoach.rules import load_pack
from voicecoach.scenarios import available, families, in_words, load, new_scenario, said
from voicecoach.scenarios_check import check


def test_shipped_scenarios_are_fine():
    checked = check()
    assert checked.mistakes == ()
    assert checked.scenarios == len(available()) > 0
    assert checked.answers == sum(len(one.lines) for one in available())


def test_template_is_fine(tmp_path: Path):
    for family in families():
        path = new_scenario(f"my-{family.id.replace('_', '-')}", tmp_path, family=family.id)
        assert load(path).family == family.id
    assert check([tmp_path], builtin=False).mistakes == ()


@pytest.fixture
def own(tmp_path: Path):
    """Writes the template with one text put in place of another."""

    def write(old: str, new: str) -> Path:
        path = new_scenario("own-call", tmp_path)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\ntitle:", "\ntitel:", "unknown key 'titel'; did you mean 'title'?"),
        ('scenario: "1"', 'scenario: "2"', "'scenario' cannot be '2'"),
        ("id: own-call", "id: Own Call", "should be small letters and hyphens"),
        ("family: everyday #", "family: every_day #", "did you mean 'everyday'?"),
        ("language: en", "language: xx", "'language' cannot be 'xx'"),
        ("difficulty: 2", "difficulty: 6", "should be at least 1 and at most 5"),
        ("opt_in: no #", "opt_in: perhaps #", "'opt_in' cannot be 'perhaps'"),
        ("family: everyday #", "family: abusive #", "needs 'opt_in: yes'"),
        ("opt_in: no", "opt_in: yes #", ""),
        ("[courtesy.greeting]", "[courtesy.greetings]", "did you mean 'courtesy.greeting'?"),
        ("[courtesy.greeting]", "[courtesy.blame]", "is something to avoid"),
        ('["(forty|42)"]', '["(forty|42"]', "'(' without ')'"),
        (
            "# audio: my-recording-1.wav #",
            "audio: gone.wav #",
            "no audio file 'gone.wav' beside own-call.yaml",
        ),
        (
            "# audio: my-recording-1.wav #",
            "audio: /etc/hostname #",
            "is elsewhere; put it beside",
        ),
        ("# audio: my-recording-1.wav #", "audio: ../a.wav #", "is elsewhere; put it beside"),
        ("# audio: my-recording-1.wav #", "audio: . #", "no audio file '.' beside own-call.yaml"),
        ("title: A letter", f"title: {'long ' * 20}A letter", "60 are the most"),
        ("    example: Thank you", "    sample: Thank you", "did you mean 'example'?"),
    ],
)
def test_mistakes_are_told_with_their_place(own, old: str, new: str, message: str):
    path = own(old, new)
    if not message:
        assert load(path).opt_in
        return
    with pytest.raises(DataFileError) as told:
        load(path)
    assert str(told.value).startswith(f"{path}:")
    assert message in str(told.value)
    line = int(str(told.value).removeprefix(f"{path}:").split(":")[0])
    assert (
        new.strip("\n").split(":")[0].strip('["') in path.read_text(encoding="utf-8").splitlines()[line - 1]
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Good afternoon, Greenfield Gas,", "Greenfield Gas,", "does not show courtesy.greeting"),
        ("I can see why that is confusing.", "Calm down.", "goes against courtesy.dismissive"),
        ("Forty-two pounds a month, is", "So much a month, is", "the example does not say '(forty|42)'"),
        (
            "I can see why that is confusing. ",
            "I see why, and it's easy. ",
            'the example says "(it is|it\'s) easy"',
        ),
        (", and have a lovely afternoon. Goodbye", "", "does not show courtesy.closing"),
        ("Ask what it is about the letter.", "Tell them to calm down. Calm down.", "the tip says"),
    ],
)
def test_example_answers_are_tests(own, tmp_path: Path, old: str, new: str, message: str):
    path = own(old, new)
    if message == "does not show courtesy.closing":
        text = path.read_text(encoding="utf-8").replace("Thank you for calling.", "Right.")
        path.write_text(text, encoding="utf-8")
    mistakes = check([tmp_path], builtin=False).mistakes
    assert any(message in mistake for mistake in mistakes)
    assert all(mistake.startswith(f"{path}:") for mistake in mistakes)


def test_musts_of_the_scorecard_hold_for_the_examples(own, tmp_path: Path):
    path = own("      - markers: [courtesy.greeting]\n        tip: Greet before anything else.\n", "")
    text = path.read_text(encoding="utf-8").replace("Good afternoon, Greenfield Gas,", "Greenfield Gas,")
    path.write_text(text, encoding="utf-8")
    (mistake,) = check([tmp_path], builtin=False).mistakes
    assert "miss 'Greets the customer' of the scorecard service-call" in mistake


def test_audio_that_cannot_be_played_is_a_mistake(own, tmp_path: Path):
    path = own("# audio: my-recording-1.wav #", "audio: words.wav #")
    (tmp_path / "words.wav").write_text("no sound")
    (mistake,) = check([tmp_path], builtin=False).mistakes
    assert mistake.startswith(f"{path}:")
    assert "words.wav: not a sound file" in mistake


def test_two_of_one_id_in_a_folder(own, tmp_path: Path):
    path = own("title: A letter", "title: The letter")
    (tmp_path / "other.yaml").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"other\.yaml:\d+:\d+: a second scenario 'own-call'|own-call"):
        available([tmp_path])
    assert len(check([tmp_path], builtin=False).mistakes) == 1


def test_own_scenario_takes_the_place_of_ours(tmp_path: Path):
    new_scenario("no-hot-water", tmp_path)
    assert load("no-hot-water", [tmp_path]).title == "A letter about a new tariff"
    assert load("no-hot-water").title == "No hot water since this morning"
    assert len(available([tmp_path])) == len(available())


def test_unknown_scenario_and_folder(tmp_path: Path):
    with pytest.raises(UsageError, match="did you mean 'no-hot-water'"):
        load("no-hot-watter")
    with pytest.raises(UsageError, match="no such folder"):
        available([tmp_path / "gone"])
    with pytest.raises(UsageError, match="holds no scenario"):
        available([tmp_path])
    with pytest.raises(UsageError, match="is no file"):
        load(tmp_path / "gone.yaml")


def test_said():
    pack = load_pack("en")
    text = "I'm sorry, that is four one, not five."
    assert said(pack, ["(four|4) (one|1)", "six", "that's"], text) == ((19, 27), None, (11, 18))
    with pytest.raises(DataFileError, match=r"without '\)'"):
        said(pack, ["(four"], text)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("calm down", "calm down"),
        ("(your|that) tone", "your tone"),
        ("(it is|it's) (really)? easy", "it is easy"),
        ("(without|no) (the|any)? (insults|names)|(insults|names) (don't|isn't) _", "without insults"),
        ("migrat*", "migrat..."),
        ("thank _ for ...6 help ?", "thank ... for ... help"),
        ("((not|never) again|no more)", "not again"),
    ],
)
def test_a_phrase_in_words(phrase: str, words: str):
    assert in_words(phrase) == words


def test_no_card_shows_the_signs_of_the_phrase_language():
    for one in available():
        phrases = [*one.must_say, *one.must_not_say]
        phrases += [said for line in one.lines for said in (*line.must_say, *line.must_not_say)]
        for phrase in map(in_words, phrases):
            assert phrase
            assert not set(phrase) & set("()|?^$<>*_"), phrase
