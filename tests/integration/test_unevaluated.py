"""Asset checks that are planned, run and give no result."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from watcher_core.cli.doctor_dagster import unevaluated_findings
from watcher_dagster.unevaluated import unevaluated_checks


@dg.asset
def sales() -> None: ...


@dg.asset_check(asset=sales)
def says_nothing() -> dg.AssetCheckResult:
    return False  # type: ignore[return-value]  # the mistake that this is about


@dg.asset_check(asset=sales)
def fails() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


@dg.asset_check(asset=sales)
def raises() -> dg.AssetCheckResult:
    raise LookupError("no table")


def test_a_check_that_returns_no_result_is_named(dagster_instance: dg.DagsterInstance, dagster_home: Path) -> None:
    assert unevaluated_checks(dagster_instance) == []
    dg.materialize([sales, says_nothing, fails], instance=dagster_instance)
    dg.materialize([sales, raises], instance=dagster_instance, raise_on_error=False)  # fails, for all to see
    assert unevaluated_checks(dagster_instance) == ["sales:says_nothing"]
    (finding,) = unevaluated_findings(dagster_home)
    assert (finding.level, finding.message) == ("warning", "asset check sales:says_nothing ran, and gave no result")


def test_a_check_that_was_corrected_is_not_named_any_more(dagster_instance: dg.DagsterInstance) -> None:
    @dg.asset_check(asset=sales, name="says_nothing")
    def corrected() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    dg.materialize([sales, says_nothing], instance=dagster_instance)
    dg.materialize([sales, corrected], instance=dagster_instance)
    assert unevaluated_checks(dagster_instance) == []


def test_a_log_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster.yaml").write_text("storage: {no_such: {}}")
    (finding,) = unevaluated_findings(tmp_path)
    assert finding.message.startswith("its event log cannot be read: ")


def test_a_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_POSTGRES_URL", raising=False)
    (tmp_path / "dagster.yaml").write_text("storage: {sqlite: {base_dir: {env: DAGSTER_POSTGRES_URL}}}")
    (finding,) = unevaluated_findings(tmp_path)
    assert '"DAGSTER_POSTGRES_URL" which is not set' in finding.message
    assert list(unevaluated_findings(tmp_path, {"DAGSTER_POSTGRES_URL": str(tmp_path)})) == []
