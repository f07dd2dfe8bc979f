from __future__ import annotations

from tests.support.desk import Desk, case_path

LINES = (("legal", 140_000), ("medical", 50_000))


def test_first_look_works_without_a_key_and_names_nobody(desk: Desk) -> None:
    _applicant, case_id = desk.house.submitted(handle=("identity", "sentinel-handle"))
    page = desk.see("anna", case_path(case_id))
    assert page.headings[0] == desk.house.case(case_id).designation
    assert "They came at six in the morning." not in page.text
    assert "sentinel-handle" not in page.text
    print(page.text)
