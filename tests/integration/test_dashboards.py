"""deploy/grafana: all that the dashboard and the rules ask for is in `/metrics`, and Prometheus can read it.

Prometheus's own promtool checks the expressions where it is installed (Debian's package `prometheus` has it). Without
it, only names, labels and the structure of the files are checked.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # has no types of its own
from prometheus_client.parser import text_string_to_metric_families

from tests.factories import at, record
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Watcher
from watcher_core.server.metrics import Metrics

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
RULES, TESTS = GRAFANA / "alert-rules.yml", GRAFANA / "alert-rules.test.yml"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboard.json").read_text(encoding="utf-8"))

# What Prometheus itself adds to each sample of a target.
OF_PROMETHEUS = {"instance", "job"}

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed; names and structure are checked without it"
)


def panels() -> Iterator[dict[str, Any]]:
    return (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


EXPRESSIONS = {
    **{f"rule {rule['alert']}": rule["expr"] for rule in rules()},
    **{
        f"panel {panel['title']} {target['refId']}": target["expr"] for panel in panels() for target in panel["targets"]
    },
    "variable pipeline": DASHBOARD["templating"]["list"][1]["definition"],
}


@pytest.fixture(scope="module")
def labels(module_watcher: Watcher) -> dict[str, set[str]]:
    """The metrics of a deployment in which there is something of each, with their labels."""
    now = dt.datetime.now(dt.UTC)
    ended: dict[str, Any] = {"source": ExecutionSource.PYTHON, "start_date": now, "end_date": now}
    failed = ExecutionRecord(pipeline_name="orders", external_id="1", state=ExecutionState.FAILED, inserts=1, **ended)
    with module_watcher.recorder("instance") as session:
        assert session is not None
        session.record([record("orders", start=0, end_date=at(1))], cursor={})
    module_watcher.record([failed])
    module_watcher.start_execution(pipeline_id=module_watcher.pipeline("orders").id)
    for _ in range(2):  # the second one says how often
        module_watcher.check_failures()
    with module_watcher._driver_transaction() as (connection, _):
        connection.execute(
            "INSERT INTO watcher.alert_delivery (alert_id, destination, last_error) SELECT id, 'slack', 'x'"
            "  FROM watcher.alert"
        )
    text, _ = Metrics(module_watcher).text("", packed=False)
    return {
        family.name: {label for sample in family.samples for label in sample.labels}
        for family in text_string_to_metric_families(text.decode())
    }


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_what_is_asked_for_is_there(labels, where):
    expression = EXPRESSIONS[where]
    names = set(re.findall(r"\bwatcher_\w+", expression))
    assert names or "up{" in expression
    assert names <= labels.keys()
    known = set.union(OF_PROMETHEUS, *(labels[name] for name in names))
    grouped = {label.strip() for by in re.findall(r"\bby \(([^)]*)\)", expression) for label in by.split(",")}
    matched = set(re.findall(r"[{,](\w+)=", expression))
    assert grouped | matched <= known


def test_the_documentation_names_every_metric(labels):
    text = (GRAFANA.parents[1] / "docs" / "how-to" / "metrics-and-traces.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(watcher_\w+)` \|", text, re.MULTILINE)) == {
        "watcher_build_info" if name == "watcher_build" else name for name in labels
    }


def test_the_rules_have_what_prometheus_and_people_need():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smh]", rule["for"])
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "description"}
        # What a text names of the labels is what the expression leaves of them.
        for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"])):
            assert label in rule["expr"] or label in OF_PROMETHEUS


def test_the_dashboard_is_one_that_can_be_imported():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at_, size = panel["gridPos"], (panel["gridPos"]["w"], panel["gridPos"]["h"])
        cells = {(at_["x"] + x, at_["y"] + y) for x in range(size[0]) for y in range(size[1])}
        assert not cells & taken, f"{panel['title']} lies over another panel"
        taken |= cells
        assert max(x for x, _ in cells) < 24
    for panel in panels():
        assert panel["description"]
        assert panel["datasource"]["uid"] == "${datasource}"


@needs_promtool
def test_promtool_takes_the_rules():
    subprocess.run(["promtool", "check", "rules", str(RULES)], check=True, capture_output=True)
    subprocess.run(["promtool", "test", "rules", str(TESTS)], check=True, capture_output=True, cwd=GRAFANA)


@needs_promtool
def test_promtool_takes_the_expressions_of_the_dashboard(tmp_path):
    expressions = [
        expression.replace("$pipeline", ".*") for where, expression in EXPRESSIONS.items() if where.startswith("panel")
    ]
    given = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(expressions)]
    file = tmp_path / "panels.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": given}]}), encoding="utf-8")
    subprocess.run(["promtool", "check", "rules", str(file)], check=True, capture_output=True)
