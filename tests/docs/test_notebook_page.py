"""The notebook's page: its example runs, as it is printed."""

import re

import pytest
from lakes import lake_with
from spec_tables import facts_from_text

from fangxian.facts import Enrolment, MedicalMeasure
from tools.docs.pages import DOCS

FACTS = {
    Enrolment: """
        fact_id | person_id | from_at
        e1      | ann       | 2020-02-12 09:00
        e2      | bo        | 2020-02-12 09:00
    """,
    MedicalMeasure: """
        fact_id | person_id | from_at          | kind
        m1      | bo        | 2020-02-13 10:00 | central
    """,
}


# Ibis 12 itself uses what DuckDB 1.5 calls deprecated.
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_the_example_runs_as_it_is_printed(tmp_path, monkeypatch, capsys):
    lake_with(tmp_path / "data/demo-50000-7/lake", {kind: facts_from_text(kind, text) for kind, text in FACTS.items()})
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "notebook.md").read_text("utf-8"), re.DOTALL)
    exec(compile(example, "notebook.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "green" in printed
    assert "Hangzhou (Zhejiang) health code · 2020-02-17 23:59 · red" in printed
