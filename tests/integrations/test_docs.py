"""The examples of the pages about integrations run."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from tests.documentation import PAGES_OF_INTEGRATIONS, examples, run_example
from tests.integrations.dbt_project import DBT, NO_DBT

DBT_PAGE, DLT_PAGE, DG_PAGE = PAGES_OF_INTEGRATIONS
BIN = Path(sys.executable).parent


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("SLING_BINARY", "/bin/true")


def test_the_examples_of_dbt(dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(dbt_project.parent)
    monkeypatch.setenv("SHOP_DATABASE", str(dbt_project / "shop.duckdb"))
    (source,) = examples(DBT_PAGE, "python")
    names = run_example(source)
    assert DBT.exists()
    dg.Definitions.validate_loadable(names["defs"])
    metadata = names["models"].metadata_by_key[dg.AssetKey("orders")]
    assert metadata["watcher/freshness"] == "1 day"  # as the project says in its YAML


def test_the_examples_of_dlt_and_sling() -> None:
    dlt, sling = (run_example(source) for source in examples(DLT_PAGE, "python"))
    for names in (dlt, sling):
        dg.Definitions.validate_loadable(names["defs"])
    assert dg.materialize([dlt["load"]], resources={"dlt_resource": dlt["DagsterDltResource"]()}).success


def run(command: str, directory: Path) -> str:
    done = subprocess.run(command, shell=True, cwd=directory, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.skipif(NO_DBT is not None, reason=f"`dg` loads dagster-dbt where that is installed: {NO_DBT}")
def test_a_dg_project_takes_the_component_and_the_location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("create-dagster project shop --no-uv-sync", tmp_path)
    project = tmp_path / "shop"
    monkeypatch.setenv("PYTHONPATH", str(project / "src"))
    home = tmp_path / "dagster-home"
    home.mkdir()
    (home / "dagster.yaml").write_text("code_servers: {local_startup_timeout: 3600}")  # on a machine of any speed
    monkeypatch.setenv("DAGSTER_HOME", str(home))

    shown, *_ = examples(DG_PAGE, "sh")
    assert "watcher_recorder_sensor" in run(f"set -e\n{shown}", project)
    bare, with_attributes = examples(DG_PAGE, "yaml")
    written = project / "src" / "shop" / "defs" / "watcher" / "defs.yaml"
    assert written.read_text().split() == bare.split()
    written.write_text(with_attributes)
    run("dg check defs", project)
    assert "database_url" in run("dg utils inspect-component watcher_dagster.WatcherComponent", project)

    written.unlink()
    assert not (project / "workspace.yaml").exists()
    (modules,) = examples(DG_PAGE, "toml")
    with (project / "pyproject.toml").open("a") as pyproject:
        pyproject.write(modules)
    said = run("dagster definitions validate", project)
    assert "watcher_dagster.definitions" in said
    assert "shop.definitions" in said
