"""`watcher lineage …` against a real database: what people see, and what programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from watcher_core import Address, ColumnEdge, PipelineLineage, Watcher
from watcher_core.cli import main

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(watcher: Watcher, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("WATCHER_DATABASE_URL", watcher.url.render_as_string(hide_password=False))
    for name, sources, targets in (("extract", "api", "raw"), ("join", "raw", "mart"), ("report", "mart", "mail")):
        watcher.get_or_create_pipeline(name, pipeline_metadata={"owners": [f"team:{name}"]})
        columns = [ColumnEdge(source_address=sources, source_column="x", target_address=targets, target_column="x")]
        watcher.create_lineage(
            name,
            [Address(sources, "postgresql", "database")],
            [Address(targets, "postgresql", "database")],
            columns=columns,
        )

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def read(cli: Cli, *arguments: str) -> Any:
    code, out, err = cli(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_tree_both_ways(cli: Cli, watcher: Watcher) -> None:
    watcher.update_address("raw", deprecated=True)
    _, out, _ = cli("lineage", "show", "mart")
    assert out == (
        "\nUpstream of mart\nmart\n└── raw [deprecated] (postgresql) via join\n    └── api (postgresql) via extract\n"
        "\nDownstream of mart\nmart\n└── mail (postgresql) via report\n"
    )


@pytest.mark.parametrize("option", [(), ("--column", "x")])
def test_a_tree_is_of_an_address_by_its_name(cli: Cli, watcher: Watcher, option: tuple[str, ...]) -> None:
    mart = next(address for address in watcher.addresses() if address.name == "mart")
    assert cli("lineage", "show", str(mart.id), *option) == cli("lineage", "show", "mart", *option)


def test_one_way_to_a_depth_by_id(cli: Cli, watcher: Watcher) -> None:
    mail = next(address for address in watcher.addresses() if address.name == "mail")
    found = read(cli, "lineage", "show", str(mail.id), "--upstream", "--depth", "2")
    assert [(step["address"]["name"], step["depth"]) for step in found["upstream"]] == [("mart", 1), ("raw", 2)]
    assert list(found) == ["upstream"]


def test_columns(cli: Cli) -> None:
    _, out, _ = cli("lineage", "show", "mart", "--column", "x", "--upstream")
    assert out == "\nUpstream of mart.x\nmart.x\n└── raw.x via join\n    └── api.x via extract\n"
    assert read(cli, "lineage", "show", "api", "--column", "x")["downstream"][-1]["address"] == "mail"


def test_what_breaks(cli: Cli) -> None:
    _, out, _ = cli("lineage", "impact", "raw")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["1", "join", "default", "team:join", "–", "mart"],
        ["2", "report", "default", "team:report", "–", "mail"],
    ]
    assert cli("lineage", "impact", "mail") == (0, "", "nothing breaks: no pipeline reads mail\n")


def test_the_shape(cli: Cli) -> None:
    _, out, _ = cli("lineage", "summary")
    assert [line.split() for line in out.splitlines()] == [
        ["addresses", "4"],
        ["edges", "3"],
        ["nobody", "writes", "api"],
        ["nobody", "reads", "mail"],
    ]


def test_pictures_for_other_tools(cli: Cli) -> None:
    assert '"raw" -> "mart" [label="join"];' in cli("lineage", "graph", "--dot")[1]
    part = cli("lineage", "show", "mart", "--upstream", "--mermaid")[1]
    assert '["mart"]' in part
    assert '["mail"]' not in part


@pytest.mark.parametrize("asked", ["shop/report", "letters", "ID"])
def test_pictures_of_an_address_by_its_other_names(cli: Cli, watcher: Watcher, tmp_path: Path, asked: str) -> None:
    """The one whose asset has that key, whatever else has that name; it may have no edges."""
    watcher.get_or_create_address("shop/report", address_type_name="other", address_type_group_name="other")
    home = Address("mail", "smtp", "mail")
    watcher.set_lineage([PipelineLineage(pipeline_name="shop/report", address=home)], origin="asset_graph")
    watcher.update_address("mail", name="letters")
    watcher.update_address("letters", name="post")
    asked = str(watcher.address("post").id) if asked == "ID" else asked
    picture = cli("lineage", "show", asked, "--downstream", "--mermaid")[1]
    assert picture == 'flowchart LR\n  a0["post"]\n'
    page = tmp_path / "lineage.html"
    cli("lineage", "graph", "--html", str(page), "--focus", asked)
    assert '"focus":"post"' in page.read_text("utf-8").replace(" ", "")


def test_an_address_is_changed(cli: Cli, watcher: Watcher) -> None:
    code, out, _ = cli(
        "lineage", "set", "raw", "--name", "landing", "--type", "s3", "--group", "bucket", "--deprecated"
    )
    assert (code, out) == (0, "landing [deprecated]: s3 (bucket)\n")
    assert cli("lineage", "set", "mart", "--group", "bucket", "--deprecated")[0] == 2  # of which type?
    assert [address["name"] for address in read(cli, "lineage", "addresses")] == ["api", "landing", "mail", "mart"]


def test_the_parts_of_an_address_are_changed(cli: Cli, watcher: Watcher) -> None:
    parts = ("--database", "shop", "--schema", "public", "--table", "raw", "--primary-key", "id, day")
    cli("lineage", "set", "raw", *parts, "--metadata", '{"uri": "postgresql://ann:secret@host/db", "rows": 1}')
    (raw,) = (address for address in watcher.addresses() if address.name == "raw")
    assert (raw.database_name, raw.schema_name, raw.table_name) == ("shop", "public", "raw")
    assert raw.primary_key == "id, day"
    assert raw.address_metadata == {"uri": "postgresql://ann@host/db", "rows": 1}
    cli("lineage", "set", "raw", "--database", "none", "--metadata", "none")
    (raw,) = (address for address in watcher.addresses() if address.name == "raw")
    assert (raw.database_name, raw.schema_name, raw.address_metadata) == (None, "public", {})


def test_a_closure_that_is_wrong_is_told_and_mended(cli: Cli, watcher: Watcher) -> None:
    assert cli("lineage", "verify") == (0, "the closure is right: 6 pairs\n", "")
    with watcher._connect().begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.address_lineage_closure WHERE depth = 2"))
    code, out, _ = cli("lineage", "verify")
    assert code == 1
    assert out.startswith("2 pairs missing, 0 unexpected, 0 with a wrong depth; mend it with")
    assert cli("lineage", "verify", "--repair")[0] == 0
    assert cli("lineage", "verify")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("show", "matr"), 1, "no address named 'matr'; did you mean 'mart'?"),
        (("show", "MART"), 1, "no address named 'MART'; did you mean 'mart'?"),
        (("show", "zzz"), 1, "see them all with: watcher lineage addresses"),
        (("show", "mart", "--json", "--dot"), 2, "--json and --dot do not go together"),
        (("show", "mart", "--column", "x", "--dot"), 2, "columns have no picture"),
        (("show", "mart", "--depth", "0"), 2, "Invalid value for '--depth'"),
        (("graph",), 2, "say what to write"),
        (("set", "mart"), 2, "nothing to change"),
        (("set", "mart", "--metadata", "{"), 2, "'{' is no JSON: Expecting property name"),
        (("set", "mart", "--metadata", "[1]"), 2, "'[1]' is no JSON object"),
        (("set", "mart", "--type", "unheard"), 1, "address type 'unheard' is not known yet"),
    ],
)
def test_misuse(cli: Cli, arguments: tuple[str, ...], code: int, message: str) -> None:
    ended, out, err = cli("lineage", *arguments)
    assert (ended, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())
