from __future__ import annotations

import re

import pytest

from workflows.catalogue import all_workflows
from workflows.diagram import applicant_view, case_view, staff_view
from workflows.document import DOCUMENT, document
from workflows.emergency import EMERGENCY
from workflows.engine import SAME, Workflow
from workflows.labels import LABEL_TEXT, PublicLabel

LINE = re.compile(
    r"stateDiagram-v2|\[\*\] --> \w+|\w+ --> \[\*\]|\w+ --> \w+(: \w+ \([\w, ]+\))?"
    r'|note right of \w+: [\w, ]+|state "[\w ]+" as \w+|classDef \w+ \S+|class [\w,]+ \w+'
)


@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_every_line_of_a_diagram_is_in_the_grammar(one: Workflow) -> None:
    for text in (staff_view(one), applicant_view(one), case_view(one, one.initial)):
        assert [line for line in text.splitlines() if not LINE.fullmatch(line.strip())] == []


@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_staff_view_holds_every_step_once(one: Workflow) -> None:
    drawn = re.findall(r"(\w+) --> (\w+): (\w+) ", staff_view(one))
    rows = [(s, r.dest, r.action) for r in one.steps for s in r.sources if r.dest != SAME]
    assert sorted(drawn) == sorted(rows)


@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_applicant_view_holds_public_labels_and_nothing_else(one: Workflow) -> None:
    words = set(re.findall(r"\w+", applicant_view(one)))
    known = {"stateDiagram", "v2", "state", "as", *PublicLabel}
    known |= {word for text in LABEL_TEXT.values() for word in text.split()}
    assert words - known == set()


def test_case_view_marks_the_present_state_and_the_path() -> None:
    text = case_view(EMERGENCY, "review", ["draft", "submitted", "gone", "review", "draft"])
    assert "    class review now\n" in text
    assert "    class draft,submitted been\n" in text
    with pytest.raises(KeyError):
        case_view(EMERGENCY, "gone")


def test_document_is_the_one_checked_in() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: fund workflow document"
