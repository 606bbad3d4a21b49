"""How reflection, empathy, summaries and problems left unanswered are told from what only looks like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.errors import DataFileError
from voicecoach.rules import find, load_pack
from voicecoach.rules.examples import read_lines
from voicecoach.rules.explain import explain
from voicecoach.types import AGENT, CUSTOMER, Match, Turn

EN = load_pack("en")

# What the customer said, what the agent answered.
REFLECTIONS = [
    (
        "I've been waiting since Monday and nobody has rung me.",
        "So you've been waiting since Monday and nobody called you back.",
    ),
    (
        "The boiler went off on Friday and I've two small children here.",
        "So you've had no heating since Friday with two small children in the house.",
    ),
    (
        "I paid the bill and then I got a reminder and then another one.",
        "You paid on time, and the reminders kept coming.",
    ),
    (
        "I've told this to three people already.",
        "You've already explained this three times, and here you are again.",
    ),
    (
        "I just don't want to lose the pictures on it.",
        "The pictures are what matters to you, more than the phone.",
    ),
    (
        "I need it for my daughter's wedding on Saturday.",
        "So it has to be there before the wedding on Saturday.",
    ),
    (
        "I'm not sure whether I want the big one or the small one.",
        "You're still torn between the big one and the small one.",
    ),
    ("I rang twice and they cut me off twice.", "It sounds like you were cut off both times."),
    ("He came, he looked at it and he left again.", "So the engineer came and left without mending it."),
    (
        "I don't want another letter I just want someone to talk to me.",
        "You want to speak to a person, not to get another letter.",
    ),
    ("It's the third one that broke within a year.", "Sounds like you've lost trust in this model."),
    (
        "I work nights so I can't be in at nine in the morning.",
        "So mornings don't work for you, because you've just come off a night shift.",
    ),
    (
        "I was told it was free and now there's a charge.",
        "You were told it would be free, and then you found a charge on your bill.",
    ),
    ("I feel stupid asking this.", "You feel a bit awkward asking, and you'd like it explained slowly."),
    (
        "My husband always did this and he died in March.",
        "Your husband took care of these things, and now you're doing it on your own.",
    ),
    ("I can't make sense of this letter.", "So the letter left you more confused than before."),
    (
        "I like the phone but the contract is too dear.",
        "On the one hand you like the phone, on the other hand the contract costs too much.",
    ),
    (
        "We moved in last week and there is no line.",
        "You moved in last week and you're still without a line.",
    ),
    ("My mother can't go up the stairs.", "I hear that your mother can't manage the stairs."),
    ("I have tried everything in the booklet.", "So you've tried everything in the booklet already."),
    ("I am worried that it will happen again.", "You're worried that it could happen again."),
    ("It's always me who has to ring.", "What I'm hearing is that you're tired of doing the running."),
    (
        "They said Tuesday and then they said Thursday.",
        "First they told you Tuesday, then Thursday, and now you don't know what to believe.",
    ),
    ("I had to take a day off for nothing.", "So you took a whole day off and nobody came."),
    ("I only use it to ring my sister.", "You mainly use it to keep in touch with your sister."),
    ("I'm on the train every day so I need signal.", "Signal on the train is really important to you."),
    (
        "It works in the kitchen but not upstairs.",
        "So it works in the kitchen, and upstairs you get nothing.",
    ),
    (
        "I've been a customer for twenty years.",
        "You've been with us for twenty years, and you feel that ought to count for something.",
    ),
    (
        "The neighbours have it and it's fast.",
        "It seems like you expected the same speed that your neighbours get.",
    ),
    ("I don't know if I did something wrong.", "You're wondering whether it was something you did."),
]
NO_REFLECTIONS = [
    ("My parcel hasn't come.", "Your parcel was sent on Monday and it should be with you tomorrow."),
    ("What do I owe you?", "You owe us twelve pounds."),
    ("My internet is slow.", "You need to restart the router."),
    ("My internet is slow.", "You can check the speed on our website, and then you send me the result."),
    ("I'd like to change my tariff.", "So what you do is press the red button."),
    ("I'd like to change my tariff.", "Your new tariff starts on the first of the month."),
    ("How do I pay?", "You can pay by card or by transfer."),
    ("I want to move house with you.", "You will get a letter from us within five days."),
    ("Is it in stock?", "Yes, it's in stock in your nearest shop."),
    ("I have lost my card.", "I'll block your card and send you a new one."),
    ("I have lost my card.", "You have to go to the branch with your passport."),
    ("It says error five.", "Error five means that your printer has no paper."),
    ("When will he come?", "So he'll be with you between eight and twelve."),
    ("I need the number of the hospital.", "The number is five five two nine."),
    ("I'd like to book a table.", "So that's a table for two at eight, and I've put your name down."),
    ("Can I send it back?", "If you send it back within thirty days you get your money back."),
    ("Which one is better?", "I think the blue one is better for you."),
    ("Which one is better?", "It depends on how often you use it."),
    ("My phone is broken.", "Have you tried turning it off and on?"),
    ("My phone is broken.", "What did you do when it broke?"),
    ("I pay too much.", "We could put you on a cheaper plan."),
    ("I pay too much.", "You are on our standard plan at the moment."),
    ("I pay too much.", "Your contract runs until March."),
    ("I'm calling about my order.", "Could you give me the order number please?"),
    ("It's four two one.", "Thank you, I've got you on my screen now."),
    ("It's Mary Lane.", "Thank you, Mrs Lane, and what can I do for you today?"),
    ("I never got the email.", "The email may have gone to your spam folder."),
    ("I never got the email.", "We sent you the email on the third."),
    ("How long is the wait?", "So, it usually takes about ten days."),
    ("Why is it dearer now?", "So prices went up in April for all customers."),
    ("I would like a refund.", "You should get your refund within a week."),
    ("I would like a refund.", "You have been refunded already, on the second of May."),
    ("Where do I find the serial number?", "You'll find it under the battery."),
    ("The light is red.", "When you see a red light, you hold the button for ten seconds."),
    ("The light is red.", "Okay, so you go to the menu and then you choose settings."),
    ("Thank you for your help.", "You're very welcome."),
    ("That was quick.", "I'm glad you're happy with it."),
    ("Bye.", "Thank you for calling, and have a lovely day."),
    ("Can I keep my number?", "Yes, you keep your number."),
    ("Can I keep my number?", "You know, most people do keep it."),
    ("Is there a fee?", "There is a fee of three pounds, and it is on your next bill."),
    ("My son uses it too.", "Then you may want the family plan."),
    ("I'd like to speak to Mr Hall.", "He is in a meeting at the moment, I'm afraid."),
    ("I'd like to cancel.", "Before you go, let me tell you about our offer."),
    ("I didn't order that.", "According to our records you ordered it on the ninth."),
    ("I didn't order that.", "It looks like you clicked on the offer by mistake."),
    ("It's cold in here.", "You turn the dial to the left for more heat."),
    ("Can you hear me?", "Yes, you sound a bit far away."),
    ("How do I log in?", "You use your email and the password you chose."),
    ("How do I log in?", "You've entered the wrong password too many times, so the account is locked."),
]


def of(rule: str, *turns: tuple[str, str]) -> list[Match]:
    """What a rule finds in lines of (speaker, text)."""
    found = find(EN, [Turn(speaker, text) for speaker, text in turns])
    return [match for match in found if match.rule == rule]


@pytest.mark.parametrize(("customer", "agent"), REFLECTIONS)
def test_what_the_customer_said_is_given_back(customer: str, agent: str) -> None:
    assert of("listening.reflection", (CUSTOMER, customer), (AGENT, agent))


@pytest.mark.parametrize(("customer", "agent"), NO_REFLECTIONS)
def test_advice_facts_and_questions_are_no_reflection(customer: str, agent: str) -> None:
    assert not of("listening.reflection", (CUSTOMER, customer), (AGENT, agent))


def test_of_a_turn_the_sentence_with_most_points_is_shown() -> None:
    text = "Right. So you've been without heating since Friday. Could I take your address?"
    (match,) = of("listening.reflection", (CUSTOMER, "The heating went off on Friday."), (AGENT, text))
    assert match.quote == "So you've been without heating since Friday"


# What a customer says: a problem, or what only sounds like one.
PROBLEMS = [
    "My internet has stopped working.",
    "The washing machine you sold me is leaking.",
    "I've been waiting for three weeks now.",
    "I've called four times about this.",
    "Nobody ever called me back.",
    "You charged me twice for the same thing.",
    "They sent me the wrong size.",
    "We have no hot water.",
    "I can't get into my account.",
    "My parcel still hasn't come.",
    "It's the third time this has happened.",
    "My mother died in April and the bills are in her name.",
    "I missed my flight because of it.",
    "The screen is cracked.",
    "I'm really fed up.",
    "This is ridiculous.",
    "It keeps cutting out in the evening.",
    "Someone has stolen my card.",
    "I was on hold for half an hour.",
    "I was told Tuesday and no one turned up.",
    "This isn't what I ordered.",
    "The line has been dead since Friday.",
    "I'm so worried about the money.",
    "We've been passed from one department to another.",
    "I've already explained this twice.",
    "I couldn't get through yesterday.",
    "The lift broke down and I had to carry it up.",
    "I have a problem with my bill.",
    "I'm still being charged for the old phone.",
    "I lost my job last month and I can't afford this.",
]
NO_PROBLEMS = [
    "If it stops working, who do I ring?",
    "No problem at all.",
    "I don't have a problem with that.",
    "I'd like to change my address.",
    "It works very well.",
    "I'd like to order a new card.",
    "I'm calling to book a table.",
    "Is there a problem?",
    "I was waiting for your call, thanks.",
    "I've been with you for three years.",
    "I called my sister twice today.",
    "What happens if I lose my card?",
    "I'm happy with the service.",
    "It arrived yesterday, thank you.",
    "That is a good price.",
    "I'd like two of the green ones.",
    "I don't work on Mondays.",
    "Nobody else needs it.",
    "Can I pay twice a year?",
    "I want to know when it arrives.",
    "I broke up my contract with the others.",
    "It costs less than I thought.",
    "When the light is broken, what should I do?",
    "I'm not worried about that.",
    "I'm looking for a lost property office.",
    "He is in hospital administration.",
    "We went down to the shop.",
    "I have a question about my bill.",
    "It was fine until now.",
    "There's nothing wrong with it.",
]
MET = [
    "I'm sorry to hear that. What's your postcode?",
    "Oh no. What's your postcode?",
    "That must be frustrating. What's your postcode?",
    "Three weeks is far too long. What's your postcode?",
    "Right, let me look into it. What's your postcode?",
    "So you've been waiting for three weeks. What's your postcode?",
    "What happened when you called us?",
    "I'll find out for you. What's your postcode?",
    "It is with the driver and it comes today.",
]
ADVICE = [
    "You need to restart it.",
    "Have you tried turning it off and on?",
    "You should call the shop.",
    "You could go to our website.",
    "Just switch it off.",
    "I'd recommend a new one.",
    "You'll have to send it back.",
    "Why don't you check the fuse?",
    "What you need to do is reset the box.",
    "Try another cable.",
    "The best thing is to ring the shop.",
]
NO_ADVICE = [
    "I'm sorry to hear that. You need to restart it.",
    "That's annoying. Have you tried turning it off and on?",
    "Oh dear. You should call the shop, they have one in stock.",
    "Your engineer should have called you.",
    "You should have had a call, and I will find out why you didn't.",
    "You could have told me off for that, you have been very patient.",
    "I'll restart it from here.",
    "I see, that's no good on a working day. Try another cable.",
    "You have been without a phone since Monday.",
]


@pytest.mark.parametrize("customer", PROBLEMS)
def test_a_problem_met_by_a_question_alone_is_noticed(customer: str) -> None:
    (match,) = of("listening.unacknowledged_problem", (CUSTOMER, customer), (AGENT, "What's your postcode?"))
    assert match.quote == "What's your postcode"


@pytest.mark.parametrize("customer", NO_PROBLEMS)
def test_what_only_sounds_like_a_problem_calls_for_no_word(customer: str) -> None:
    turns = (CUSTOMER, customer), (AGENT, "What's your postcode?")
    assert not of("listening.unacknowledged_problem", *turns)
    assert not of("listening.advice_first", turns[0], (AGENT, "You need to restart it."))


@pytest.mark.parametrize("agent", MET)
def test_a_word_about_the_problem_is_enough(agent: str) -> None:
    turns = (CUSTOMER, "I've been waiting for three weeks."), (AGENT, agent)
    assert not of("listening.unacknowledged_problem", *turns)


@pytest.mark.parametrize("agent", ADVICE)
def test_advice_before_a_word_about_the_problem(agent: str) -> None:
    turns = (CUSTOMER, "My internet has stopped working."), (AGENT, agent)
    assert of("listening.advice_first", *turns)
    assert not of("listening.unacknowledged_problem", *turns)


@pytest.mark.parametrize("agent", NO_ADVICE)
def test_advice_after_a_word_or_no_advice(agent: str) -> None:
    assert not of("listening.advice_first", (CUSTOMER, "My internet has stopped working."), (AGENT, agent))


SUMMARIES = [
    "Let me just sum up what we've agreed.",
    "So to recap, you'll get a new router on Friday and we take ten pounds off the bill.",
    "So, to summarise: the engineer comes on Tuesday and you keep your number.",
    "If I may run through that again: two adults, one child, the third of May.",
    "Just to go over what we've decided: the old contract ends in June.",
    "So what we've agreed is that I call you on Monday.",
    "All in all, we have changed the address, the card and the tariff.",
    "To sum it up, the charge comes off and the new plan starts in June.",
    "So far you've told me that the light is red and that it started on Monday.",
    "Let me make sure I've got everything: a blue kettle, delivered on Friday, paid by card.",
    "Let me check I've understood you: you moved in March and the bill went to the old address.",
    "In short, I refund the fee today and you send the old phone back.",
    "So we've got two things to do: I order the part, and you send me the photo.",
    "I'll just read that back to you: five two, High Street.",
    "So that's two tickets for Saturday, on the aisle, and the parking.",
    "Okay, so that makes one delivery on Tuesday and one visit on Thursday.",
    "So, just to confirm what we said, the appointment is at nine.",
    "Before you go, let me repeat what happens now: I send the form and you sign it.",
    "We have covered the bill and the new line, and the refund is on its way.",
    "As a summary, you stay on the old plan until May.",
    "To pull it all together, the fault is outside, and our engineer mends it on Monday.",
    "So I have an appointment for you on Monday at ten.",
]
NO_SUMMARIES = [
    "Please go over to the counter.",
    "Can you repeat that for me?",
    "Let me go over to the other system.",
    "Here is the summary page of your bill.",
    "I'll repeat the test for you.",
    "We have covered parking on the left.",
    "So far so good.",
    "We've got a special offer on kettles.",
    "We've got the same problem in your street.",
    "We have looked at the line and it is fine.",
    "So to make sure it works, press the button.",
    "I'll go over the contract with a colleague.",
    "The sum is forty pounds.",
    "To sum up the columns, use this key.",
    "They are in short supply, I'm afraid.",
    "Let me check I have the right form.",
    "Let me see if I have it in stock.",
    "You've told me that already.",
    "You said you'd call, and you didn't.",
    "So we have a delivery van in your street.",
    "I've booked a table for you.",
    "So that's fine.",
    "So that is the order number, thank you.",
    "I'll read the meter for you.",
]


@pytest.mark.parametrize("agent", SUMMARIES)
def test_a_summary(agent: str) -> None:
    assert of("listening.summary", (AGENT, agent))


@pytest.mark.parametrize("agent", NO_SUMMARIES)
def test_no_summary(agent: str) -> None:
    assert not of("listening.summary", (AGENT, agent))


CUES = """
rules:
  - id: listening.echo
    type: phrase
    polarity: positive
    source: our manual 2026
    grade: B
    patterns:
      needed: 3
      cues:
CUES
    examples:
      match: ["[[so you rang]]"]
      no_match: [no]
    message: m.
    advice: a.
"""


def card(folder: Path, *cues: str) -> Path:
    """A folder with a rule that has these cues."""
    lines = "".join("        - {" + cue + "}\n" for cue in cues)
    (folder / "x.yaml").write_text(CUES.replace("CUES\n", lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("cue", "turns", "points"),
    [
        ("phrases: [kettle]", ["agent: Your kettle. And the lid."], 1),
        ("phrases: [kettle], where: whole", ["agent: Your kettle."], 0),
        ("words: 3", ["agent: your green kettle"], 1),
        ("words: 4", ["agent: your green kettle"], 0),
        ("turn_words: 4", ["agent: A kettle. A lid."], 1),
        ("said_back: 1", ["customer: My kettle broke.", "agent: The kettle?"], 1),
        ("said_back: 1", ["customer: My kettle broke.", "agent: The lid?"], 0),
        (
            "said_back: 1",
            ["customer: My kettle broke.", "agent: Oh.", "customer: Yes.", "agent: A kettle."],
            0,
        ),
        ("turned: 1", ["customer: I lost my kettle.", "agent: your kettle"], 1),
        ("turned: 1", ["customer: I lost my kettle.", "agent: a kettle"], 0),
        ("question: yes", ["agent: what happened"], 1),
        ("question: yes", ["agent: it happened"], 0),
        ("asked: yes", ["customer: What is it?", "agent: a kettle"], 1),
        ("asked: yes", ["customer: It is broken.", "agent: a kettle"], 0),
        (
            "goes_on: 1",
            ["customer: It broke.", "agent: Oh and then", "customer: Yes.", "agent: it leaked"],
            1,
        ),
        (
            "goes_on: 1",
            ["customer: It broke.", "agent: when was it", "customer: Monday.", "agent: it leaked"],
            0,
        ),
        ("goes_on: 1", ["agent: it leaked"], 0),
        (
            "more_of: [i], than: [you], reach: 9, least: 2",
            ["agent: I and I.", "customer: No.", "agent: Oh."],
            1,
        ),
        (
            "more_of: [i], than: [you], reach: 9, least: 2",
            ["agent: I and you.", "customer: No.", "agent: Oh."],
            0,
        ),
    ],
)
def test_each_kind_of_cue(tmp_path: Path, cue: str, turns: list[str], points: int) -> None:
    pack = load_pack("en", extra=[card(tmp_path, f"cue: this, points: 3, {cue}")])
    example = read_lines(turns)
    last = len(example.turns) - 1
    found = [
        match for match in find(pack, example.turns) if match.rule == "listening.echo" and match.turn == last
    ]
    assert len(found) == points


def test_points_add_up_and_are_explained(tmp_path: Path) -> None:
    cues = (
        "cue: so, points: 2, phrases: [so]",
        "cue: you, points: 2, phrases: [you]",
        "cue: long, points: -2, words: 4",
    )
    pack = load_pack("en", extra=[card(tmp_path, *cues)])
    rule = pack.rule("listening.echo")
    assert explain(pack, rule, [Turn(AGENT, "so you rang")]) == (
        "matches 'so you rang'",
        "phrase: 'so you rang' has 4 points, 3 are needed",
        "phrase: +2 so",
        "phrase: +2 you",
    )
    assert explain(pack, rule, [Turn(AGENT, "so you rang us")])[:2] == (
        "does not match",
        "phrase: 'so you rang us' has 2 points, 3 are needed",
    )


@pytest.mark.parametrize(
    ("cue", "wrong"),
    [
        ("cue: this, points: 3", "a cue needs one of the keys phrases, question"),
        ("cue: this, points: 3, words: 3, turn_words: 4", "a cue needs one of the keys"),
        ("cue: this, points: 1000, words: 3", "but is 1000"),
        ("cue: this, points: 3, word: 3", "unknown key 'word'; did you mean 'words'?"),
        ("cue: this, points: 3, more_of: [i]", "needs the key"),
        ("cue: this, points: 3, words: 3, than: [i]", "unknown key 'than'"),
    ],
)
def test_a_mistake_in_a_cue_is_named(tmp_path: Path, cue: str, wrong: str) -> None:
    with pytest.raises(DataFileError, match=r"x\.yaml:\d+:\d+: ") as error:
        load_pack("en", extra=[card(tmp_path, cue)])
    assert wrong in str(error.value)
