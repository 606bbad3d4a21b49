"""JUnit XML, for build servers: a suite a recording, a case a criterion of the scorecard.

A missed must is a failure; what is not measured or does not apply is skipped, with the reason. Other criteria
pass and say in their output what is open. Valid against the schema of the xUnit plugin of Jenkins (junit-10).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicecoach import i18n
from voicecoach.i18n import _
from voicecoach.reports.html.about import about
from voicecoach.reports.page import at, clean
from voicecoach.spacing import joined
from voicecoach.types import Analysis, Criterion, Finding

if TYPE_CHECKING:
    from junitparser import TestCase

SUFFIX = ".junit.xml"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """A suite for each recording; ends with a newline."""
    return suites(analyses)


def suites(analyses: Sequence[Analysis], *, negative: bool = False) -> str:
    """A suite for each recording; where ``negative``, each negative finding is a case that failed, too."""
    from junitparser import JUnitXml, TestSuite

    whole, found = JUnitXml("voicecoach"), []
    for analysis in analyses:
        suite = TestSuite(clean(analysis.source.path))
        with i18n.using(analysis.language):
            cases = [_criterion(analysis, criterion) for criterion in analysis.scores.criteria]
            if negative:
                cases += [_finding(analysis, f) for f in analysis.findings if f.polarity == "negative"]
        suite.add_testcases(cases)
        suite.time = round(analysis.timings.get("total", 0.0), 3)
        found.append(suite)
    whole.extend(found)  # type: ignore[no-untyped-call] # add_testsuite would merge those of one name
    for name in ("tests", "failures", "errors"):
        setattr(whole, name, sum(getattr(suite, name) for suite in found))
    whole.time = round(sum(suite.time for suite in found), 3)
    out = io.BytesIO()
    whole.write(out, pretty=True)
    return out.getvalue().decode()


def _criterion(analysis: Analysis, criterion: Criterion) -> TestCase:
    from junitparser import Failure, Skipped

    case = _case(analysis, f"{_(criterion.kind)}: {criterion.name}")
    if criterion.status in ("not_measured", "not_applicable"):
        case.result = Skipped(clean(criterion.reason), criterion.status)
    elif criterion.status == "missed" and criterion.kind == "must":
        result = Failure(clean(criterion.reason), "must")
        result.text = clean(criterion.tip)
        case.result = result
    elif criterion.status != "met":
        case.system_out = clean(
            f"{about().statuses[criterion.status][1]}: {criterion.reason}. {criterion.tip}"
        )
    return case


def _finding(analysis: Analysis, finding: Finding) -> TestCase:
    from junitparser import Failure

    case = _case(analysis, " ".join(filter(None, (finding.rule, at(finding.start)))))
    result = Failure(clean(finding.message), "finding")
    result.text = clean(joined((f'"{finding.quote}"', finding.advice)))
    case.result = result
    return case


def _case(analysis: Analysis, name: str) -> TestCase:
    from junitparser import TestCase

    scores = analysis.scores
    return TestCase(clean(name), clean(f"{scores.scorecard}.{scores.version}"), 0.0)
