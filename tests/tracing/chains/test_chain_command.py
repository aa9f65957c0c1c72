"""`fangxian chain`: shows chains, draws them naming nobody, writes them to files; links by hand count and can be taken back."""

import sys
from xml.etree import ElementTree

import networkx as nx
import orjson
import polars as pl
import pytest
from spec_symbols import person_id

from fangxian.cli import app, printing
from tracing.chains.family import family

WHO = ("--role", "epidemiologist", "--purpose", "test", "--known-at", "2020-03-14", "--language", "en")


@pytest.fixture
def lake(tmp_path):
    return family(tmp_path / "lake")


@pytest.fixture
def run(monkeypatch, capsys, lake):
    """Give a function that runs a command on the lake and returns its exit code, what it printed and what it complained of."""
    monkeypatch.setattr(printing.console, "width", 160)

    def run(command, *arguments, who=WHO):
        place = ("--lake", str(lake.path), *who) if command != "chains" else ()
        monkeypatch.setattr(sys, "argv", ["fangxian", command, *map(str, arguments), *place])
        with pytest.raises(SystemExit) as ended:
            app.main()
        said = capsys.readouterr()
        return ended.value.code, " ".join(said.out.split()), " ".join(said.err.split())

    return run


def journal(lake):
    path = lake.path / "access.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def cases(run, tmp_path):
    """Return each case's likeliest infector, by name."""
    path = tmp_path / "cases.parquet"
    assert run("chain", "--cases", path)[0] == 0
    table = pl.read_parquet(path).select("person_id", "infector_person_id")
    names = {person_id(name): name for name in ("ann", "bob", "cat", "dan", "eve")}
    return {names[infected]: names.get(infector) for infected, infector in table.iter_rows()}


def link(run, infected, infector, finding="added", **more):
    said = {"--grounds": "interview", "--found-by": "officer-7", "--finding": finding, **more}
    pair = ("--infected", person_id(infected), "--infector", person_id(infector))
    return run("chain-link", *pair, *(word for option in said.items() for word in option))


def test_the_chains_are_shown_and_nobody_is_named(run, lake):
    code, out, err = run("chain")
    assert (code, err) == (0, "")
    assert "Cases: 5. Likeliest links: 2. Of unknown source: 3. Clusters: 2" in out
    assert "Serial interval: mean 5.0 days" in out
    assert not any(person_id(name) in out for name in ("ann", "bob", "cat"))
    assert [(entry["what"], entry["about"], entry["role"]) for entry in journal(lake)] == [("chain", "all cases", "epidemiologist")]


def test_each_case_has_its_likeliest_source(run, tmp_path):
    assert cases(run, tmp_path) == {"ann": None, "bob": "ann", "cat": "bob", "dan": None, "eve": None}, (
        "a colleague is less likely than a source that nobody saw"
    )


@pytest.mark.parametrize(("suffix", "read"), [("csv", pl.read_csv), ("xlsx", pl.read_excel), ("parquet", pl.read_parquet)])
def test_candidates_come_out_with_what_they_rest_on(run, tmp_path, suffix, read):
    path = tmp_path / f"links.{suffix}"
    assert run("chain", "--links", path)[0] == 0
    table = read(path)
    assert {"infector_person_id", "person_id", "days", "setting", "attack_percent", "share", "origin"} <= set(table.columns)
    shares = table.group_by("person_id").agg(pl.col("share").sum())
    assert shares["share"].max() < 1, "something is left for an unknown source"


def test_graphml_is_read_by_others(run, tmp_path):
    path = tmp_path / "chain.graphml"
    assert run("chain", "--graph", path)[0] == 0
    graph = nx.read_graphml(path)
    likeliest = {(infector, infected) for infector, infected, likely in graph.edges(data="likeliest") if likely}
    assert graph.number_of_nodes() == 5
    assert len(likeliest) == 2
    assert graph.graph["scheme"] == "cn-2020"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_picture_shows_every_case_and_names_nobody(run, tmp_path, language):
    drawn, page = tmp_path / "chain.svg", tmp_path / "chain.html"
    for path in (drawn, page):
        assert run("chain", "--picture", path, who=(*WHO[:-1], language))[0] == 0
    root = ElementTree.fromstring(drawn.read_text("utf-8"))
    spots = [spot for spot in root.iter("{http://www.w3.org/2000/svg}circle") if len(spot)]
    assert len(spots) == 5
    assert root.find("{http://www.w3.org/2000/svg}desc") is not None
    for path in (drawn, page):
        assert not any(person_id(name) in path.read_text("utf-8") for name in ("ann", "bob", "cat", "dan", "eve"))
    assert page.read_text("utf-8").count("<tr>") == 6


def test_a_link_by_hand_is_the_source_until_it_is_taken_back(run, tmp_path, lake):
    code, out, _ = link(run, "eve", "dan")
    number = out.split()[-1]
    assert code == 0
    assert cases(run, tmp_path)["eve"] == "dan"
    assert run("chain-unlink", "--infected", person_id("eve"), "--link", number)[0] == 0
    assert cases(run, tmp_path)["eve"] is None
    assert run("chain-unlink", "--infected", person_id("eve"), "--link", number)[0] == 2, "once"
    looked = [entry["what"] for entry in journal(lake)]
    assert looked == ["chain link", "chain", "chain unlink", "chain", "chain unlink"]


def test_a_link_that_was_struck_is_no_source_and_what_was_found_last_holds(run, tmp_path):
    link(run, "bob", "ann", "struck")
    assert cases(run, tmp_path)["bob"] is None
    link(run, "bob", "ann", "added", **{"--found-at": "2020-03-15"})
    assert cases(run, tmp_path)["bob"] == "ann"


@pytest.mark.parametrize(
    ("pair", "more", "said"),
    [
        (("eve", "eve"), {}, "Nobody infects themselves"),
        (("eve", "fay"), {}, "no diagnosis is known"),
        (("eve", "dan"), {"--finding": "perhaps"}, "finding is one of added, struck"),
        (("eve", "dan"), {"--found-by": "Dr Wang"}, "letters, digits and hyphens"),
        (("eve", "dan"), {"--grounds": "rumour"}, "grounds is one of interview, genome, records, other"),
    ],
)
def test_a_link_that_cannot_be_is_refused_and_nothing_is_written(run, lake, pair, more, said):
    before = lake.delivery_ids()
    code, _, err = link(run, *pair, **more)
    assert code == 2
    assert said in err
    assert "Wang" not in err
    assert lake.delivery_ids() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--picture", "chain.pdf"), "End it in .svg, .html"),
        (("--graph", "chain.csv"), "End it in .graphml"),
        (("--scheme", "cn-2021"), "cn-2020"),
        (("--case", "王小明"), "That is not a person_id"),
    ],
)
def test_what_cannot_be_read_ends_with_exit_code_2_and_what_to_do(run, lake, arguments, said):
    code, out, err = run("chain", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "王小明" not in err
    assert journal(lake) == []


def test_the_schemes_are_listed_with_their_definitions(run):
    code, out, _ = run("chains")
    assert code == 0
    assert all(word in out for word in ("cn-2020", "hubei-2020", "2020-02-12"))
