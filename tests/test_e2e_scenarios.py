"""The audio of the scenarios is understood by the recogniser, as it has to be by people."""

import re

import pytest

from voicecoach import audio, pipeline, transcribe
from voicecoach.scenarios import available

MOST = 0.15  # of the words of a line heard wrongly


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def errors(said: list[str], heard: list[str]) -> int:
    """Words to change, leave out or put in (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, 1):
        before, row[0] = row[0], index
        for column, other in enumerate(heard, 1):
            cheapest = min(row[column] + 1, row[column - 1] + 1, before + (word != other))
            before, row[column] = row[column], cheapest
    return row[-1]


@pytest.mark.parametrize("scenario", available(language="en"), ids=lambda one: one.id)
def test_the_longest_line_without_numbers_is_understood(scenario, coach: pipeline.Coach):
    number = r"\b(zero|two|three|four|five|six|seven|eight|nine|ten|twenty|forty|fifty|hundred)\b|\d"
    plain = [line for line in scenario.lines if not re.search(number, line.say, re.IGNORECASE)]
    line = max(plain, key=lambda line: len(line.say))
    samples = audio.load(line.audio).samples[0]
    spoken = transcribe.speech_probability(samples)
    transcript = coach.recogniser.transcribe([samples], [spoken], language="en")
    heard = " ".join(segment.text for segment in transcript.channels[0])
    assert errors(words(line.say), words(heard)) <= MOST * len(words(line.say)), heard
