"""What `deploy/` says of Watcher and of Dagster is so: names of settings, commands, ports, files, rights."""

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import click
import pytest
import typer
import yaml  # type: ignore[import-untyped]  # Dagster brings it along; its types are a package of their own
from dagster._cli import create_dagster_cli
from dagster._core.instance.config import dagster_instance_config
from dagster._daemon.cli import create_dagster_daemon_cli
from dagster_webserver.cli import create_dagster_webserver_cli
from packaging.requirements import Requirement

from tests.documentation import ROOT
from watcher_core.cli import app
from watcher_core.cli.serve import serve
from watcher_core.server.guard import PUBLIC
from watcher_core.server.routes.metrics import metrics
from watcher_core.settings import VARIABLES

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
HELM = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())["dagster-user-deployments"]["deployments"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PAGE = (ROOT / "docs" / "how-to" / "containers.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()

PROGRAMS: dict[str, Any] = {
    "watcher": typer.main.get_command(app),
    "dagster": create_dagster_cli(),
    "dagster-daemon": create_dagster_daemon_cli(),
    "dagster-webserver": create_dagster_webserver_cli(),
}

PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())

SERVICES = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "watcher"}
PODS = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in MANIFESTS if "template" in each["spec"]}


def commands() -> Iterator[tuple[str, list[str]]]:
    for name, service in SERVICES.items():
        yield f"compose {name}", service["command"]
        if "healthcheck" in service:
            yield f"compose {name} health", service["healthcheck"]["test"][1:]
    for name, pod in PODS.items():
        yield f"kubernetes {name}", pod["containers"][0]["args"]
    for deployment in HELM:
        yield f"helm {deployment['name']}", ["dagster", "api", "grpc", *deployment["dagsterApiGrpcArgs"]]
    (run,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    yield "Dockerfile", yaml.safe_load(run)
    for path in DEPLOY.glob("*.yaml"):
        for line in re.findall(r"^# .*[ -] (watcher tokens .*)$", path.read_text(), re.MULTILINE):
            yield f"comment of {path.name}", line.split()


@pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in commands()])
def test_a_command_is_one_of_the_program(command: list[str]) -> None:
    program, *arguments = (part.replace("/dagster/", f"{DEPLOY}/") for part in command)
    found, context = PROGRAMS[program], None
    while isinstance(found, click.Group) or hasattr(found, "resolve_command"):
        context = click.Context(found, parent=context, info_name=found.name)
        name, found, arguments = found.resolve_command(context, arguments)
        assert name is not None
    found.make_context(found.name, list(arguments), parent=context)


def test_settings_are_known() -> None:
    known = {name for names in VARIABLES.values() for name in names}
    used = {
        name
        for path in (*DEPLOY.glob("*.yaml"), DEPLOY / "Dockerfile", ROOT / ".env.example")
        for name in re.findall(r"\bWATCHER_[A-Z_]+", path.read_text())
    }
    assert used <= known
    assert {"WATCHER_DATABASE_URL", "WATCHER_HOME", "WATCHER_DAGSTER_GRAPHQL_URL"} <= used


def test_the_example_names_what_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked <= set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_a_copy_of_the_example_replaces_nothing_of_the_environment() -> None:
    """Dagster takes what `.env` says before its environment, and the empty address of a database, too."""
    assert re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE) == ["POSTGRES_PASSWORD"]


def test_ports_are_those_of_the_programs() -> None:
    for service in SERVICES.values():
        command = service["command"]
        port = command[command.index("--port") + 1] if "--port" in command else None
        assert [published.split(":")[-1] for published in service.get("ports", [])] in ([], [port])
        assert all(published.startswith("127.0.0.1:") for published in service.get("ports", []))
    default = str((serve.__kwdefaults__ or {})["port"])
    assert SERVICES["server"]["command"][-1] == default
    (container,) = PODS["watcher-server"]["containers"]
    assert container["args"][-1] == default
    assert container["ports"] == [{"containerPort": int(default)}]
    for probe in ("livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == int(default)
        assert container[probe]["httpGet"]["path"] in PUBLIC
    service = next(each for each in MANIFESTS if each["kind"] == "Service")
    assert service["spec"]["ports"][0]["targetPort"] == int(default)
    (exposed,) = re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)
    assert set(exposed.split()) == {"3000", "4000", default}


def test_services_wait_for_what_is_there_and_use_volumes_that_are() -> None:
    for service in COMPOSE["services"].values():
        for other, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in COMPOSE["services"][other]
        sources = {volume.split(":")[0] for volume in service["volumes"]}
        assert {source for source in sources if not source.startswith("./")} <= COMPOSE["volumes"].keys()
        assert all((DEPLOY / source).is_file() for source in sources if source.startswith("./"))
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    (location,) = yaml.safe_load((DEPLOY / "workspace.yaml").read_text())["load_from"]
    server = location["grpc_server"]
    assert str(server["port"]) in SERVICES[server["host"]]["command"]


def test_nothing_runs_as_root_or_writes_beside_its_volumes() -> None:
    (user,) = re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)
    for service in SERVICES.values():
        assert (service["read_only"], service["user"], service["cap_drop"]) == (True, user, ["ALL"])
    pods = [(pod["securityContext"], pod["containers"][0]["securityContext"]) for pod in PODS.values()]
    pods += [(deployment["podSecurityContext"], deployment["securityContext"]) for deployment in HELM]
    for pod, container in pods:
        assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == user
        assert pod["runAsNonRoot"]
        assert container == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_what_is_opt_in_is_no_part_of_the_rest() -> None:
    assert set(COMPOSE["services"]) - {"traces", "prometheus"} == {
        name for name, service in COMPOSE["services"].items() if "profiles" not in service
    }
    for service in ("traces", "prometheus"):
        (profile,) = COMPOSE["services"][service]["profiles"]
        assert f"`{profile}`" in PAGE
        assert re.search(rf"^#   {profile}:", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    (traces,) = (each for each in MANIFESTS if each["metadata"]["name"] == "watcher-traces")
    assert traces["spec"]["replicas"] == 0
    asked = {*COMPOSE["services"]["traces"]["environment"], *(each["name"] for each in container_of(traces)["env"])}
    documented = (ROOT / "docs" / "how-to" / "metrics-and-traces.md").read_text()
    assert {name for name in asked if name.startswith("OTEL_")}
    assert all(f"`{name}`" in documented for name in asked if name.startswith("OTEL_"))


def test_prometheus_scrapes_the_server() -> None:
    (scrape,) = PROMETHEUS["scrape_configs"]
    assert f'job="{scrape["job_name"]}"' in (DEPLOY / "grafana" / "alert-rules.yml").read_text()
    assert scrape["static_configs"] == [{"targets": [f"server:{SERVICES['server']['command'][-1]}"]}]
    service = COMPOSE["services"]["prometheus"]
    (secret,) = service["secrets"]
    assert scrape["authorization"]["credentials_file"] == f"/run/secrets/{secret}"
    assert COMPOSE["secrets"][secret]["file"].removeprefix("./") in (ROOT / ".gitignore").read_text()
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    assert {f"/etc/prometheus/{name}" for name in PROMETHEUS["rule_files"]} <= mounted
    (server,) = (
        each for each in MANIFESTS if each["metadata"]["name"] == "watcher-server" and "replicas" in each["spec"]
    )
    annotations = server["spec"]["template"]["metadata"]["annotations"]
    ports = [str(port["containerPort"]) for port in container_of(server)["ports"]]
    assert [annotations["prometheus.io/port"]] == ports
    app_paths = {getattr(route, "path", None) for route in metrics.routes}
    assert annotations["prometheus.io/path"] in app_paths


def container_of(manifest: Any) -> Any:
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    return container


def test_what_the_image_is_made_of_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists()
            assert f"!{name}" in ignored or (name.startswith("deploy/") and "!deploy/*.yaml" in ignored)
    (extras,) = re.findall(r'"\.\[(.*)\]"', DOCKERFILE)
    for extra in extras.split(","):
        assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()


def test_dagster_takes_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql+psycopg2://watcher@postgres/watcher")
    settings, _ = dagster_instance_config(str(DEPLOY))
    assert settings["local_artifact_storage"]["config"]["base_dir"] == "/data"


def test_the_image_is_held_to_the_versions_of_the_lock_file() -> None:
    """pip takes no constraint that names extras, as lines of a lock file do."""
    (script,) = re.findall(r"^RUN sed '(.*)' requirements.lock", DOCKERFILE, re.MULTILINE)
    made = subprocess.run(["sed", script, ROOT / "requirements.lock"], check=True, capture_output=True, text=True)
    lines = [line.strip() for line in made.stdout.splitlines()]
    constraints = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert {"dagster", "psycopg", "uvicorn"} <= {each.name for each in constraints}
    assert all(str(each.specifier).startswith("==") and not each.extras for each in constraints)
