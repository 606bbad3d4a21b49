"""Trainers against the machine: what is asked of them, their answers as sheets, and how far they agree.

Pure functions over the JSON reports of calls and the reviews a history holds; thresholds and texts stand in
review.yaml. What a trainer is asked is blind: of each rule as many turns in which the machine found it as
turns in which it did not, shown alike, in an order that is random and the same for everybody.
"""

from voicecoach.review.agreement import Kappa, Stratum, cohen, stratified, wilson
from voicecoach.review.calls import Call, Found, Said, read
from voicecoach.review.facts import Facts, facts
from voicecoach.review.questions import CRITERION, FINDING, Question, Questions, criteria, findings
from voicecoach.review.sheet import read_sheet, sheet
from voicecoach.review.summary import MACHINE, Agreement, Difference, Pair, RuleView, compare

__all__ = [
    "CRITERION",
    "FINDING",
    "MACHINE",
    "Agreement",
    "Call",
    "Difference",
    "Facts",
    "Found",
    "Kappa",
    "Pair",
    "Question",
    "Questions",
    "RuleView",
    "Said",
    "Stratum",
    "cohen",
    "compare",
    "criteria",
    "facts",
    "findings",
    "read",
    "read_sheet",
    "sheet",
    "stratified",
    "wilson",
]
