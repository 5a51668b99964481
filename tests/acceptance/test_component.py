"""`build_watcher_definitions` and `WatcherComponent`: what they bring to a code location, and that `dg` finds them."""

import json
import os
import subprocess
import sys
import textwrap
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_slack import SlackResource

import watcher_dagster
from watcher_core import InvalidValueError
from watcher_dagster import WatcherComponent, WatcherResource, build_watcher_definitions

ROOT = Path(watcher_dagster.__file__).parents[1]
URL = "postgresql://user:secret@db.example.com/watcher"


def sensor_of(definitions: dg.Definitions) -> dg.SensorDefinition:
    (sensor,) = [sensor for sensor in definitions.sensors or () if sensor.name == "watcher_recorder_sensor"]
    assert isinstance(sensor, dg.SensorDefinition)
    return sensor


def resource_of(definitions: dg.Definitions, key: str = "watcher") -> WatcherResource:
    resource = (definitions.resources or {})[key]
    assert isinstance(resource, WatcherResource)
    return resource


def schedules_of(definitions: dg.Definitions) -> dict[str, dg.ScheduleDefinition]:
    return {one.name: one for one in definitions.schedules or () if isinstance(one, dg.ScheduleDefinition)}


def names(definitions: Any) -> list[str]:
    return sorted(one.name for one in definitions or ())


# build_watcher_definitions


def test_by_default_the_recorder_runs_every_ten_seconds() -> None:
    definitions = build_watcher_definitions()
    assert sensor_of(definitions).minimum_interval_seconds == 10
    assert sensor_of(definitions).default_status is dg.DefaultSensorStatus.RUNNING
    assert resource_of(definitions).database_url is None
    dg.Definitions.validate_loadable(definitions)


def test_the_options_reach_their_places() -> None:
    definitions = build_watcher_definitions(
        database_url=URL,
        strict=True,
        resource_key="memory",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
    )
    assert (resource_of(definitions, "memory").database_url, resource_of(definitions, "memory").strict) == (URL, True)
    assert sensor_of(definitions).minimum_interval_seconds == 60
    assert sensor_of(definitions).default_status is dg.DefaultSensorStatus.STOPPED
    dg.Definitions.validate_loadable(definitions)


def test_jobs_sensors_and_schedules_are_there() -> None:
    definitions = build_watcher_definitions()
    jobs = ["anomaly", "cleanup", "freshness", "run_cleanup", "timeliness"]
    assert names(definitions.jobs) == [f"watcher_{name}_job" for name in jobs]
    sensors = ["anomaly", "check", "external", "recorder", "slack"]
    assert names(definitions.sensors) == [f"watcher_{name}_sensor" for name in sensors]
    crons = {name: (one.cron_schedule, one.execution_timezone) for name, one in schedules_of(definitions).items()}
    assert crons == {
        "watcher_anomaly_schedule": ("*/15 * * * *", "UTC"),
        "watcher_cleanup_schedule": ("0 3 * * 0", "UTC"),
        "watcher_freshness_schedule": ("0 * * * *", "UTC"),
        "watcher_run_cleanup_schedule": ("30 3 * * *", "UTC"),
        "watcher_timeliness_schedule": ("*/15 * * * *", "UTC"),
    }


def test_nothing_is_deleted_until_somebody_says_how_much_to_keep() -> None:
    """Nor does anything run by itself that is switched off."""

    def running(**options: Any) -> set[str]:
        found = schedules_of(build_watcher_definitions(**options))
        return {name for name, one in found.items() if one.default_status is dg.DefaultScheduleStatus.RUNNING}

    checks = {"watcher_freshness_schedule", "watcher_timeliness_schedule"}
    assert running() == checks
    assert running(retention_days=90) == {*checks, "watcher_cleanup_schedule"}
    assert running(dagster_run_retention_days=30) == {*checks, "watcher_run_cleanup_schedule"}
    assert running(anomaly_shares=2) == {*checks, "watcher_anomaly_schedule"}
    assert running(retention_days=90, default_status=dg.DefaultSensorStatus.STOPPED) == set()
    stopped = build_watcher_definitions(default_status=dg.DefaultSensorStatus.STOPPED)
    assert {sensor.default_status for sensor in stopped.sensors or ()} == {dg.DefaultSensorStatus.STOPPED}


def test_a_schedule_can_be_left_out() -> None:
    definitions = build_watcher_definitions(
        freshness_cron=None, timeliness_cron="5 * * * *", anomaly_cron=None, cleanup_cron=None, run_cleanup_cron=None
    )
    assert list(schedules_of(definitions)) == ["watcher_timeliness_schedule"]
    assert len(names(definitions.jobs)) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"freshness_cron": "every hour"}, "freshness_cron is 'every hour'; it must be a cron string of five fields"),
        ({"timeliness_cron": "61 * * * *"}, "timeliness_cron is '61 * * * *'; it must be a cron string"),
        ({"cleanup_cron": ""}, "cleanup_cron is ''; it must be a cron string"),
        ({"cleanup_cron": 7}, "cleanup_cron is 7; it must be a cron string"),
        ({"retention_days": 89}, "retention_days is 89; it must be a whole number of at least 90"),
        ({"retention_days": 0}, "retention_days is 0; it must be a whole number of at least 90"),
        ({"dagster_run_retention_days": 0}, "dagster_run_retention_days is 0; it must be a whole number of at least 1"),
        ({"cleanup_batch_size": 0}, "cleanup_batch_size is 0; it must be a whole number of at least 1"),
        ({"timeliness_lookback_minutes": 0}, "timeliness_lookback_minutes is 0; it must be a whole number"),
        ({"check_interval_seconds": 0}, "minimum_interval_seconds is 0; it must be a whole number of seconds"),
        ({"anomaly_interval_seconds": 0}, "minimum_interval_seconds is 0; it must be a whole number of seconds"),
        ({"anomaly_shares": 0}, "anomaly_shares is 0; it must be a whole number of at least 1"),
        ({"anomaly_cron": "often"}, "anomaly_cron is 'often'; it must be a cron string"),
        ({"slack_interval_seconds": 0}, "slack_interval_seconds is 0; it must be a whole number of seconds"),
        ({"minimum_interval_seconds": "1"}, "minimum_interval_seconds is '1'; it must be a whole number of seconds"),
        (
            {"count_keys": {"rows written": "rows"}},
            "count_keys has 'rows written': 'rows'; it must be",
        ),
        ({"slack": SlackResource(token="xoxb-secret")}, "slack and channel belong together"),
        ({"slack_channel": "#data"}, "slack and channel belong together"),
        ({"slack": SlackResource(token="xoxb-secret"), "slack_channel": " "}, "channel is ' '; write it as #name"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values_that_break_a_rule_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        build_watcher_definitions(**options)
    assert message in str(raised.value)
    assert "secret" not in str(raised.value)


def test_assets_find_the_resource_after_a_merge() -> None:
    @dg.asset
    def prices(watcher: WatcherResource) -> None: ...

    dg.Definitions.validate_loadable(dg.Definitions.merge(dg.Definitions([prices]), build_watcher_definitions()))


def test_a_resource_that_is_there_already_is_shared() -> None:
    mine = WatcherResource()
    theirs = build_watcher_definitions(resource=mine)
    merged = dg.Definitions.merge(dg.Definitions(resources={"watcher": mine}), theirs)
    assert resource_of(merged) is mine


def test_a_resource_and_settings_for_one_exclude_each_other() -> None:
    given: list[dict[str, Any]] = [{"database_url": URL}, {"strict": True}, {"count_keys": {}}]
    for settings in given:
        with pytest.raises(InvalidValueError, match="resource is passed") as raised:
            build_watcher_definitions(resource=WatcherResource(), **settings)
        assert "secret" not in str(raised.value)


def test_what_the_keys_of_a_project_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_COUNT_KEYS", "rows deleted=soft_deletes")
    given = {"rows written": "inserts"}
    for definitions in (build_watcher_definitions(count_keys=given), built(count_keys=given)):
        keys = resource_of(definitions).get_count_keys()
        told = {key: dg.MetadataValue.int(5) for key in (*given, "rows deleted")}
        assert keys.counts(told) == {"inserts": 5, "soft_deletes": 5}
        dg.Definitions.validate_loadable(definitions)


def test_the_code_location_of_its_own() -> None:
    from watcher_dagster.definitions import defs

    assert sensor_of(defs).default_status is dg.DefaultSensorStatus.RUNNING
    dg.Definitions.validate_loadable(defs)


# WatcherComponent


def built(**attributes: Any) -> dg.Definitions:
    component = WatcherComponent.from_attributes_dict(attributes=attributes)
    return component.build_defs(dg.ComponentTree.for_test().load_context)


def test_a_component_without_attributes() -> None:
    definitions = built()
    assert resource_of(definitions).database_url is None
    assert sensor_of(definitions).default_status is dg.DefaultSensorStatus.RUNNING


def test_a_component_with_attributes() -> None:
    definitions = built(
        database_url=URL,
        strict=True,
        resource_key="memory",
        running=False,
        recorder={"minimum_interval_seconds": 60},
    )
    assert (resource_of(definitions, "memory").database_url, resource_of(definitions, "memory").strict) == (URL, True)
    assert sensor_of(definitions).minimum_interval_seconds == 60
    assert sensor_of(definitions).default_status is dg.DefaultSensorStatus.STOPPED


def test_a_component_with_checks_cleanup_and_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: dict[str, Any] = {}
    monkeypatch.setattr(
        "watcher_dagster.component.build_watcher_definitions",
        lambda **options: passed.update(options) or dg.Definitions(),
    )
    built(
        checks={"interval_seconds": 45},
        freshness={"cron": "*/30 * * * *"},
        timeliness={"cron": None, "lookback_minutes": 120},
        anomalies={"cron": "*/5 * * * *", "shares": 4},
        cleanup={"cron": "0 4 * * *", "retention_days": 365, "batch_size": 500},
        run_cleanup={"cron": "0 5 * * *", "retention_days": 30},
        slack={"token": "{{ env.MY_TOKEN }}", "channel": "#data", "interval_seconds": 60},
    )
    slack = passed["slack"]
    assert isinstance(slack, SlackResource)
    asked = ("anom", "check", "fresh", "time", "clean", "ret", "run_", "dagster_", "slack_")
    given = {key: passed[key] for key in passed if key.startswith(asked)}
    assert given == {
        "anomaly_cron": "*/5 * * * *",
        "anomaly_interval_seconds": 30,
        "anomaly_shares": 4,
        "check_interval_seconds": 45,
        "freshness_cron": "*/30 * * * *",
        "timeliness_cron": None,
        "timeliness_lookback_minutes": 120,
        "cleanup_cron": "0 4 * * *",
        "retention_days": 365,
        "cleanup_batch_size": 500,
        "run_cleanup_cron": "0 5 * * *",
        "dagster_run_retention_days": 30,
        "slack_channel": "#data",
        "slack_interval_seconds": 60,
    }
    monkeypatch.setenv("MY_TOKEN", "xoxb-secret")  # read when it is needed, not before
    assert slack.process_config_and_initialize().token == "xoxb-secret"


def test_a_component_without_a_channel_for_its_token() -> None:
    with pytest.raises(InvalidValueError, match="belong together"):
        built(slack={"token": "{{ env.MY_TOKEN }}"})


@pytest.mark.parametrize("template", ["{{ env.MY_DATABASE }}", "{{ env('MY_DATABASE') }}", '{{env("MY_DATABASE")}}'])
def test_a_variable_is_read_when_it_is_needed(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database_url = resource_of(built(database_url=template)).database_url
    assert isinstance(database_url, dg.EnvVar)
    monkeypatch.setenv("MY_DATABASE", URL)
    assert database_url.get_value() == URL


def test_other_templates_are_resolved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HOST", "db.example.com")
    assert (
        resource_of(built(database_url="postgresql://{{ env.MY_HOST }}/w")).database_url
        == "postgresql://db.example.com/w"
    )


def test_no_representation_shows_the_password() -> None:
    attributes = {"database_url": URL, "slack": {"token": "xoxb-secret", "channel": "#data"}}
    assert "secret" not in repr(WatcherComponent.from_attributes_dict(attributes=attributes))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as `dg` makes one, with our component, in an environment that has our distribution installed."""
    files = {
        "pyproject.toml": """
            [project]
            name = "my-project"
            version = "0"
            [tool.dg]
            directory_type = "project"
            [tool.dg.project]
            root_module = "my_project"
        """,
        "src/my_project/__init__.py": "",
        "src/my_project/definitions.py": """
            from pathlib import Path
            import dagster as dg

            @dg.definitions
            def defs():
                return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
        """,
        "src/my_project/defs/__init__.py": "",
        "src/my_project/defs/watcher/defs.yaml": """
            type: watcher_dagster.WatcherComponent
            attributes:
              database_url: "{{ env.MY_DATABASE }}"
              recorder:
                history_days: 90
              slack:
                token: "{{ env.MY_TOKEN }}"
                channel: "#data"
        """,
        "site/watcher_dagster-0.dist-info/METADATA": "Metadata-Version: 2.1\nName: watcher-dagster\nVersion: 0\n",
        "site/watcher_dagster-0.dist-info/entry_points.txt": entry_points(),
    }
    for name, text in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return tmp_path / "project"


def entry_points() -> str:
    """Those that pyproject.toml declares: what `dg` will find of the installed distribution."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    return "\n".join(
        f"[{group}]\n" + "\n".join(f"{name} = {target}" for name, target in entries.items())
        for group, entries in declared.items()
    )


# Not in the matrix with the oldest of all: its `dg` takes no Typer as new as ours.
HAS_DG = find_spec("dagster_dg_cli") is not None


def dg_json(project: Path, *arguments: str) -> Any:
    paths = [str(project / "site"), str(project / "src"), str(ROOT)]
    finished = subprocess.run(
        [sys.executable, "-m", "dagster_dg_cli.cli", *arguments, "--json"],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "HOME": str(project),
            "DAGSTER_HOME": str(project),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "MY_DATABASE": URL,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "secret" not in finished.stdout + finished.stderr
    return json.loads(finished.stdout)


@pytest.mark.skipif(not HAS_DG, reason="`dg` is not installed")
def test_dg_lists_the_component(project: Path) -> None:
    found = dg_json(project, "list", "components")
    items = found if isinstance(found, list) else found["items"]  # older versions of `dg` list them bare
    listed = {item["key"]: item["summary"] for item in items}
    assert "Remembers every asset materialization" in listed["watcher_dagster.WatcherComponent"]


@pytest.mark.skipif(not HAS_DG, reason="`dg` is not installed")
def test_dg_loads_a_project_with_the_component(project: Path) -> None:
    definitions = dg_json(project, "list", "defs")
    assert "watcher_recorder_sensor" in json.dumps(definitions)
    assert "watcher_freshness_schedule" in json.dumps(definitions)


# What a step pays


def test_a_step_imports_nothing_that_it_does_not_use() -> None:
    """The exact cost is measured by `make bench`; this holds the modules that would spoil it."""
    heavy = ["alembic", "typer", "rich", "pandas", "scipy", "slack_sdk", "pendulum", "logfire", "dagster_postgres"]
    heavy += ["dagster_slack"]
    program = f"""
import sys, dagster, sqlalchemy
before = set(sys.modules)
import watcher_dagster
watcher_dagster.build_watcher_definitions()
watcher_dagster.build_watcher_asset_checks(['orders'])
print([name for name in {heavy} if name in set(sys.modules) - before])
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert finished.stdout.strip() == "[]"


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(watcher_dagster.__all__, key=lambda name: (name.islower(), name)) == watcher_dagster.__all__
    assert set(watcher_dagster.__all__) <= set(dir(watcher_dagster))
    assert all(getattr(watcher_dagster, name) is not None for name in watcher_dagster.__all__)
    with pytest.raises(AttributeError, match="no attribute 'build_nothing'"):
        _ = watcher_dagster.build_nothing
