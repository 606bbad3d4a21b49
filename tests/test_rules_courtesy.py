"""Courtesy and short words of listening: sentences of our own, and what must (not) be found in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.rules import Pack, find, load_pack
from voicecoach.types import AGENT, CUSTOMER, Turn

EN = load_pack("en")


def turns(talk: str) -> list[Turn]:
    """A dialogue of lines such as "a: One moment." (agent) and "c: Fine." (customer)."""
    return [
        Turn(AGENT if line.startswith("a:") else CUSTOMER, line[2:].strip())
        for line in talk.strip().splitlines()
    ]


def where(rule: str, talk: str, pack: Pack = EN) -> list[int]:
    """The turns in which a rule finds something, each once, counted from 0."""
    return sorted(
        {match.turn for match in find(pack, turns(talk)) if match.rule == rule and match.turn is not None}
    )


# --- what stands in the turns around ---

AROUND = """
rules:
  - id: courtesy.right
    type: phrase
    polarity: neutral
    source: A test.
    grade: C
    patterns:
      phrases: [right]
      KEY: [fine]
    examples: {match: [EXAMPLE], no_match: [left]}
    message: You said right.
    advice: Say more.
"""
TALK = "c: fine\na: right\na: fine\na: right\na: good\nc: good\na: good\na: right\na: fine\nc: fine"


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("after", [1, 3]),
        ("unless_after", [7]),
        ("before", [7]),
        ("unless_before", [1, 3]),
        ("after_own", [3]),
        ("unless_after_own", [1, 7]),
        ("before_own", [1, 7]),
        ("unless_before_own", [3]),
    ],
)
def test_other_turns_decide(tmp_path: Path, key: str, lines: list[int]) -> None:
    example = '["customer: fine", "agent: [[right]]", "agent: fine", "customer: fine"]'
    if key == "after_own":
        example = '["agent: fine", "agent: [[right]]"]'
    if key.startswith("unless"):
        example = '"[[right]]"'
    (tmp_path / "house.yaml").write_text(AROUND.replace("KEY", key).replace("EXAMPLE", example))
    pack = load_pack("en", extra=[tmp_path], builtin=False)
    assert where("courtesy.right", TALK, pack) == lines


# --- one sentence, said by the agent ---

SAID = {
    "courtesy.greeting": """
        Good morning, Northgate Water.
        Hello again, Mrs Lane.
        Hi there, how are you today?
        Good afternoon to you, sir.
        Thank you for calling Larch Insurance, how can I help?
        Welcome to Larch Insurance.
    """,
    "courtesy.self_introduction": """
        My name's Priya, how can I help?
        You're through to Tom in billing.
        Good morning, this is Siobhan.
        Thanks for calling Larch Insurance, this is Marcus.
        You're speaking with Anjali.
        Hi, I'm Ahmed from the repair team.
        Larch Insurance, Fred speaking.
        Aoife here, how can I help?
    """,
    "courtesy.offer_help": """
        How may I assist you today?
        What can I do for you?
        How can I be of service?
        Would you like me to send it to the other address?
        Shall I put you through to the claims team?
        Let me help you with that.
        Let me see what I can do about the fee.
        Happy to help.
        We can certainly help with that.
        I can have a look at that for you.
    """,
    "courtesy.please": """
        Could I take the postcode, please?
        Please go on.
        Kindly confirm the last four digits.
        If you wouldn't mind, read me the code.
    """,
    "courtesy.thanks": """
        Thanks a million for that.
        I really appreciate your patience.
        Thank you kindly.
        That's very good of you.
        We're grateful that you told us.
        Cheers for that.
        Much appreciated.
    """,
    "courtesy.apology": """
        I do apologise for the mix-up.
        I'm ever so sorry about that.
        My apologies for the wait.
        Apologies, that was the wrong page.
        Sorry about the noise here.
        We're very sorry you've had this trouble.
        That was our mistake.
        Please accept our apologies.
    """,
    "courtesy.hold": """
        Bear with me one second.
        Can you hold for me?
        I'm going to place you on a brief hold.
        Give me just a moment to open it.
        One quick second.
        Just a wee minute now.
        I'll be right with you.
        While I pull that up, how has the line been?
        Would you mind holding while I ask?
        Two ticks, please.
        I won't be a minute.
    """,
    "courtesy.hold_return": """
        Thanks so much for holding.
        I appreciate your patience, Mr Lane.
        Hello again, thanks for bearing with me.
        I've got your details up now.
        I've just spoken to the workshop.
        Sorry to keep you waiting.
        I've checked with the warehouse.
        Are you still there?
    """,
    "courtesy.softener": """
        Could you spell that for me?
        Would you mind saying that again?
        If you could just read me the last line.
        May I ask who set that up?
        I was wondering if you could send us a photo.
        Can I get a callback number?
        Would it be okay if I rang you at four?
        When you have a moment, look at the label.
        Would you just check the back of the card?
    """,
    "courtesy.anything_else": """
        Is there anything else I can help you with today?
        Anything else for you?
        Was there anything else you wanted to ask?
        What else can I do for you?
        Do you have any other questions?
        Can I help you with anything else?
        Is that everything for today?
        Will that be all?
        Any further assistance you need?
        Are you all set?
    """,
    "courtesy.closing": """
        Have a good one.
        Mind yourself now, bye.
        Take care.
        Enjoy the rest of your day.
        It was lovely talking to you.
        Have a great weekend ahead.
        Talk to you soon.
        Thank you for your call, goodbye.
    """,
    "listening.clarification": """
        I didn't quite catch the last bit.
        Could you say that again?
        Pardon?
        Sorry, which one did you say?
        Do you mean the blue one?
        Just to be clear, it is the side door?
        What was the name again?
    """,
    "listening.confirmation": """
        So that is four boxes, is that right?
        Have I got that right?
        You moved in March, didn't you?
        Let me just make sure I have the right street.
        So you've tried both doors?
        You haven't had the letter yet, have you?
    """,
    "listening.acknowledgement": """
        I see.
        Oh right, I see. And when was that?
        Mm hmm.
        Okay, I understand.
    """,
}

NOT_SAID = {
    "courtesy.greeting": """
        Say hello to your neighbour from me.
        Have a good afternoon.
        You're welcome to call in.
        The driver said hello and left.
    """,
    "courtesy.self_introduction": """
        This is charged at the evening rate.
        I'm interested in what happened.
        It's still here with us.
        I'm happy to help.
        You're speaking to the right team.
        This is about the boiler.
        My name is on the letter.
        I'm over here now.
    """,
    "courtesy.offer_help": """
        I wish I could do that for you.
        I'm glad I could help you with it.
        That's the best price I can give you.
        Would you like to pay by card?
        We can't help with that here.
        The leaflet may help.
    """,
    "courtesy.please": """
        Yes, please.
        We were pleased to hear it.
        You can't please everyone.
        Thank you kindly.
    """,
    "courtesy.thanks": """
        No, thanks.
        Thanks to the weather we are late.
        I appreciate that this is hard for you.
        I appreciate your frustration.
        I'd appreciate a little patience.
        They never said thank you.
    """,
    "courtesy.apology": """
        Sorry?
        Sorry, who am I speaking to?
        I'm sorry, could you say that again?
        That's not our mistake.
        It is four one sorry two seven.
        You'll be sorry if you miss it.
        There's no need to apologise.
        Better safe than sorry.
    """,
    "courtesy.hold": """
        You can hold on to the old card.
        It is ten pence a minute.
        I will call you back in five minutes.
        We had a power cut a minute ago.
        This is for a second line.
        At the moment it is out of stock.
        Let me see if I have got this right.
    """,
    "courtesy.hold_return": """
        I've got the same kettle at home.
        Let me see if I've got your number.
        I'll be back in a minute.
        Please stay on the line.
        Have I got the right name?
    """,
    "courtesy.softener": """
        Give me the number.
        Who else could you ask?
        I can see if it is in stock.
        Where would you like it delivered?
        The neighbour could open the door.
        I'm not sure if you can do that.
        I wonder if it is broken.
    """,
    "courtesy.anything_else": """
        There isn't anything else in the box.
        Is it the fuse, or something else?
        We had no further questions.
        If you need anything else, call us.
        They could send something else.
        That is everything in the list.
    """,
    "courtesy.closing": """
        I'll take care of that.
        Did you have a good day?
        When I see you next I will bring it.
        We have a good range of kettles.
        He said goodbye.
        We take care of our customers.
    """,
    "listening.clarification": """
        I'm sorry about that.
        I'm so sorry, what happened was our fault.
        Sorry to keep you waiting.
        What is the number on the back?
        We mean to send it on Monday.
    """,
    "listening.confirmation": """
        You're welcome.
        You need to press two.
        That's right.
        You can take it back to any shop.
        Could you confirm your address?
        It's lovely today, isn't it?
    """,
    "listening.acknowledgement": """
        Yes, it left on Monday.
        I see your order here.
        The right one is green.
        I understand you have a question.
        Okay, I'll send it today.
    """,
}


def rows(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(rule, line.strip()) for rule, lines in table.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("rule", "text"), rows(SAID))
def test_is_found(rule: str, text: str) -> None:
    assert where(rule, f"a: {text}") == [0]


@pytest.mark.parametrize(("rule", "text"), rows(NOT_SAID))
def test_is_left_alone(rule: str, text: str) -> None:
    assert where(rule, f"a: {text}") == []


# --- the same words, told apart by what is said around them ---


@pytest.mark.parametrize(
    ("rule", "talk", "lines"),
    [
        # sorry: say it again
        ("listening.clarification", "c: It is in Elmwood Crescent.\na: Sorry\nc: Elmwood Crescent.", [1]),
        ("courtesy.apology", "c: It is in Elmwood Crescent.\na: Sorry\nc: Elmwood Crescent.", []),
        ("listening.clarification", "c: A tin of what\na: I'm sorry\na: could you say that again", [1, 2]),
        ("listening.clarification", "c: I need a flange.\na: you need a what\na: sorry", [2]),
        ("listening.clarification", "c: My flat number is nine.\na: pardon", [1]),
        # sorry: regret
        ("courtesy.apology", "c: I have been waiting for three weeks.\na: Sorry\nc: Well.", [1]),
        ("listening.clarification", "c: I have been waiting for three weeks.\na: Sorry\nc: Well.", []),
        ("courtesy.apology", "c: Pardon?\na: Sorry\nc: Fine.", [1]),
        ("courtesy.apology", "a: I sent it to the wrong address.\na: I'm sorry\nc: Oh.", [1]),
        ("courtesy.apology", "a: that was the wrong code\na: I beg your pardon\nc: Fine.", [1]),
        # yes: following, or an answer
        ("listening.acknowledgement", "c: I rang on Monday.\na: yeah\nc: And then on Tuesday.", [1]),
        ("listening.acknowledgement", "c: Is it open on Sunday?\na: yes\nc: Good.", []),
        ("listening.acknowledgement", "c: can I pay by card\na: yes\na: you can", []),
        ("listening.acknowledgement", "c: can I pay by card\na: yeah\na: right", [1, 2]),
        ("listening.acknowledgement", "c: It rang twice.\na: Right. And when was that?", [1]),
        ("listening.acknowledgement", "c: It rang twice.\na: I will look. Right, here it is.", []),
        # no: an answer
        ("listening.acknowledgement", "c: Don't you open on Sunday?\na: no\nc: Pity.", []),
        ("listening.acknowledgement", "c: It is green.\na: no\nc: It is.", []),
        # okay and right: heard it, or on to the next thing
        ("listening.acknowledgement", "c: The box was open.\na: okay\nc: And wet.", [1]),
        ("listening.acknowledgement", "a: It comes at two.\nc: okay\na: okay\nc: fine", []),
        ("listening.acknowledgement", "c: It is seven.\na: thank you\na: right\na: it comes on Monday", []),
        ("listening.acknowledgement", "c: It is seven.\na: just bear with me\na: okay\na: I have it", []),
        # a statement to be confirmed, or news
        ("listening.confirmation", "c: The bell rings by itself.\na: it rings at night\nc: Yes.", [1]),
        ("listening.confirmation", "c: When does it come?\na: it comes at night\nc: Thank you.", []),
        ("listening.confirmation", "c: I haven't had a bill.\na: you haven't\nc: No.", [1]),
        ("listening.confirmation", "c: The bell is broken.\na: so\na: you want a new one\nc: Please.", [2]),
        ("listening.confirmation", "c: The bell is broken.\na: so\na: you can get a new one\nc: Please.", []),
        ("listening.confirmation", "c: It is nine nine four.\na: nine nine four yeah\nc: Yes.", [1]),
    ],
)
def test_the_talk_around_decides(rule: str, talk: str, lines: list[int]) -> None:
    assert where(rule, talk) == lines
