"""What `watcher dev` and `watcher demo` prepare before Dagster starts: database, DAGSTER_HOME, environment, workspace.

Dagster itself is never imported here: it runs in processes of its own.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from watcher_core.errors import ConfigurationError

if TYPE_CHECKING:
    from watcher_core.settings import Settings

WATCHER_MODULE = "watcher_dagster.definitions"
WATCHER_LOCATION = "watcher"
BOARD_MODULES = ("fastapi", "jinja2", "prometheus_client", "uvicorn")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What is chosen here, and what Dagster would take from a `.env` in its working directory before its environment.
CHOSEN = ("DAGSTER_HOME", "DAGSTER_POSTGRES_URL", "WATCHER_DATABASE_URL")
REQUIRED_MODULES = ("dagster", "dagster_webserver", "dagster_postgres", "psycopg2")


@dataclass(frozen=True)
class Deployment:
    """Dagster, ready to start.

    Attributes:
        database: The database, without its password, for people.
        embedded: Whether that is the embedded PostgreSQL.
        dagster_home: The directory of dagster.yaml.
        dagster_url: Where its UI will be.
        board_url: Where Watcher's board will be; `None`: it is not served.
        environment: What its processes get, passwords among it.
        directory: Where the workspace that we write goes.
    """

    database: str
    embedded: bool
    dagster_home: Path
    dagster_url: str
    board_url: str | None
    environment: Mapping[str, str]
    directory: Path


@dataclass(frozen=True)
class Location:
    """A code location: a module or a file that has Definitions, or a package of which Dagster makes them."""

    kind: Literal["python_module", "python_file", "autoload_defs_module"]
    target: str
    name: str | None = None


def require_dagster() -> None:
    """Look whether Dagster is installed, without loading it.

    Raises:
        ConfigurationError: It is not.
    """
    missing = [name for name in REQUIRED_MODULES if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed in this environment: "
            "pip install 'watcher-dagster[webserver,embedded]'"
        )


def require_free_port(host: str, port: int, *, what: str = "the Dagster UI", option: str = "--port") -> None:
    """Look whether something can listen there.

    Args:
        host, port: Where.
        what: What would listen, for the message.
        option: The option that names another port.

    Raises:
        ConfigurationError: It cannot.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        if exc.errno == errno.EADDRINUSE:
            advice = f"choose another port, as in {option} {port % 65_535 + 1}"
        elif exc.errno == errno.EACCES:  # of a port below 1,024
            advice = f"choose a higher port, as in {option} {port + 8000}"
        else:
            advice = "name an address of this host, as in --host 127.0.0.1, or 0.0.0.0 for all of them"
        raise ConfigurationError(
            f"{what} cannot listen on {host or repr(host)}, port {port}: {reason[:1].lower()}{reason[1:]}; {advice}"
        ) from None


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep a second Dagster from the same DAGSTER_HOME of ours: its daemon would do again what the first one does.

    Raises:
        ConfigurationError: Another one serves there.
    """
    if sys.platform == "win32" or os.environ.get("DAGSTER_HOME"):
        yield
        return
    import fcntl  # only here: Windows has none

    from watcher_core.embedded import make_directory

    home = settings.home.expanduser().absolute()
    make_directory(home)
    lock = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ConfigurationError(
            f"Dagster is served from {home} already, by another watcher dev or watcher demo; end that one, or name "
            "another directory with WATCHER_HOME"
        ) from None
    except OSError:
        pass  # a file system that has no locks
    try:
        yield
    finally:
        os.close(lock)


def can_serve_board(host: str) -> bool:
    """Whether Watcher's board can be served beside Dagster: its extra is installed, and only this host reaches it.

    Dagster's UI has no login, the board of other hosts needs a token: `watcher serve` is for those.
    """
    return host in LOOPBACK and all(find_spec(name) is not None for name in BOARD_MODULES)


def prepare(
    settings: Settings, *, host: str, port: int, board_port: int | None = None, directory: Path | None = None
) -> Deployment:
    """Make the database and DAGSTER_HOME ready.

    The embedded database is brought up to date; a server's schema is its administrator's to change.

    Args:
        settings: The settings.
        host, port: Where Dagster's UI will be.
        board_port: The port of Watcher's board; `None`: it is not served.
        directory: The working directory of Dagster, where that is not ours.

    Raises:
        DatabaseError: The database cannot be used; the message says what to do.
        ConfigurationError: DAGSTER_HOME is not what Dagster takes, or `.env` says something else than the environment.
    """
    from watcher_core.cli.db import DAGSTER_DRIVER, display_name
    from watcher_core.client import Watcher

    given_in_file = _given_in_dotenv(directory or Path.cwd(), embedded=settings.database_url is None)
    # Children have other working directories.
    settings = settings.model_copy(update={"home": settings.home.expanduser().absolute()})
    with Watcher(settings=settings) as watcher:
        watcher.recorder_states()  # brings an embedded schema up to date, and refuses a server's that is not
        url = watcher.url.set(drivername="postgresql")
    home = _dagster_home(settings, os.environ.get("DAGSTER_HOME") or given_in_file.get("DAGSTER_HOME"))
    _require_driver(home / "dagster.yaml")
    given_url = os.environ.get("WATCHER_DAGSTER_URL") or settings.dagster_url
    own_url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104 - compared only
    environment = {
        **os.environ,
        "WATCHER_DATABASE_URL": url.render_as_string(hide_password=False),
        "WATCHER_HOME": str(settings.home),
        "WATCHER_DAGSTER_URL": given_url or own_url,
        "DAGSTER_HOME": str(home),
    }
    board_url = None if board_port is None else f"http://{host}:{board_port}"
    if board_url is not None:
        environment["WATCHER_BOARD_URL"] = os.environ.get("WATCHER_BOARD_URL") or settings.board_url or board_url
    environment.setdefault(
        "DAGSTER_POSTGRES_URL",
        given_in_file.get("DAGSTER_POSTGRES_URL")
        or url.set(drivername=DAGSTER_DRIVER).render_as_string(hide_password=False),
    )
    # Whoever runs `watcher dev` has not called `dagster dev`, and need not hear that there is another command for it.
    quiet = [os.environ.get("PYTHONWARNINGS", ""), "ignore:Function `dev_command` is superseded"]
    environment["PYTHONWARNINGS"] = ",".join(filter(None, quiet))
    return Deployment(
        database=display_name(url),
        embedded=settings.database_url is None,
        dagster_home=home,
        dagster_url=own_url,
        board_url=board_url,
        environment=environment,
        directory=settings.home,
    )


def _given_in_dotenv(directory: Path, *, embedded: bool) -> dict[str, str]:
    """Return which of the variables that are chosen here the working directory's `.env` gives.

    Raises:
        ConfigurationError: It would replace what the environment says, or leave Dagster without what it needs.
    """
    from dotenv import dotenv_values

    file = directory / ".env"
    given = {name: value.strip() for name, value in dotenv_values(file).items() if name in CHOSEN and value is not None}
    for name, value in given.items():
        own = os.environ.get(name, "").strip()
        if value and own in ("", value):
            continue
        if not value and not own and embedded and name == "WATCHER_DATABASE_URL":
            continue  # both take the embedded PostgreSQL
        how = "something else than in the environment" if value else "empty"
        raise ConfigurationError(f"{name} is {how} in {file}, and Dagster takes what that file says: remove the line")
    return given


def _require_driver(file: Path) -> None:
    """Look whether Dagster can use its storage: with another driver it starts, and fails at its first event.

    Raises:
        ConfigurationError: It cannot.
    """
    from watcher_core.cli.dagster_storage import driver_problems

    for problem, advice in driver_problems(file) if file.is_file() else []:
        raise ConfigurationError(f"{problem}; {advice}")


def problem_of_home(home: Path) -> str | None:
    """Return why a directory cannot be DAGSTER_HOME, to be put behind its path; `None` where it can."""
    if not home.is_absolute():
        return "is a relative path"
    try:
        os.stat(f"{home}/.")  # noqa: PTH116 - a path drops the dot, by which a file is no directory
    except (FileNotFoundError, NotADirectoryError):
        return "is no directory"
    except OSError as exc:
        return f"cannot be entered by this user: {exc.strerror}"
    return None


def _dagster_home(settings: Settings, given: str | None) -> Path:
    """DAGSTER_HOME as given, else one of ours, with the working directory's dagster.yaml or Watcher's own."""
    if given:
        home = Path(given).expanduser()
        problem = problem_of_home(home)
        if problem is not None:
            raise ConfigurationError(
                f"DAGSTER_HOME is {given!r}, which {problem}; it must be the absolute path of a directory, or not set, "
                f"and then {settings.home / 'dagster'} is used"
            )
        return home
    from watcher_core.embedded import make_directory

    home = settings.home / "dagster"
    make_directory(home)
    project = Path("dagster.yaml")
    shutil.copyfile(project if project.is_file() else dagster_yaml(), home / "dagster.yaml")
    return home


def dagster_yaml() -> Path:
    """Watcher's own dagster.yaml: inside the installed package, else at the top of the checkout."""
    package = Path(str(resources.files("watcher_core")))
    installed = package / "dagster.yaml"
    return installed if installed.is_file() else package.parent / "dagster.yaml"


def code_arguments(
    directory: Path, *, modules: Sequence[str], files: Sequence[Path], workspaces: Sequence[Path]
) -> list[str]:
    """Say what Dagster is to load, as arguments: what is named, else what the working directory is, and Watcher.

    Dagster takes modules, files or workspaces, and never two of these. So everything goes into a workspace of ours, and
    that goes first: of two locations with one name, the last one holds, which is the user's.

    Raises:
        ConfigurationError: There is nothing to load.
    """
    locations = [Location("python_module", module) for module in modules]
    locations += [Location("python_file", str(file.absolute())) for file in files]
    workspaces = [workspace.absolute() for workspace in workspaces]
    if not locations and not workspaces:
        locations, workspaces = _project()
    own = Location("python_module", WATCHER_MODULE, WATCHER_LOCATION)
    if not any(location.target == WATCHER_MODULE for location in locations) and not any(
        map(_loads_watcher, workspaces)
    ):
        locations.insert(0, own)
    if locations:
        workspaces = [_write_workspace(directory / "workspace.yaml", locations), *workspaces]
    return [argument for workspace in workspaces for argument in ("--workspace", str(workspace))]


def _project() -> tuple[list[Location], list[Path]]:
    """What the working directory has to load: its pyproject.toml says, else its workspace."""
    pyproject = Path("pyproject.toml")
    tool = _table(_read_toml(pyproject), "tool") if pyproject.is_file() else {}
    dagster = _table(tool, "dagster")
    if "module_name" in dagster:
        return [Location("python_module", dagster["module_name"], dagster.get("code_location_name"))], []
    try:
        modules = [entry["name"] for entry in dagster.get("modules", []) if entry["type"] == "module"]
    except (AttributeError, KeyError, TypeError):
        raise ConfigurationError(
            'modules of [tool.dagster] in pyproject.toml must be a list of { type = "module", name = "…" }, not '
            f"{dagster['modules']!r}"
        ) from None
    if modules:
        return [Location("python_module", module) for module in modules], []
    dg = _read_toml(Path("dg.toml")) if Path("dg.toml").is_file() else _table(tool, "dg")
    project = _table(dg, "project")
    if root := project.get("root_module"):
        name = project.get("code_location_name")
        if project.get("autoload_defs"):
            return [Location("autoload_defs_module", project.get("defs_module") or f"{root}.defs", name)], []
        return [
            Location("python_module", project.get("code_location_target_module") or f"{root}.definitions", name)
        ], []
    for name in ("workspace.yaml", "workspace.yml"):
        if Path(name).is_file():
            return [], [Path(name).absolute()]
    raise ConfigurationError(
        "there is nothing to load: name a module (-m my_project.definitions), a file (-f my_assets.py) or a workspace "
        "(-w workspace.yaml), or go to a directory that has a workspace.yaml"
    )


def _table(around: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table of TOML; where there is none, or something else, an empty one."""
    found = around.get(name)
    return found if isinstance(found, dict) else {}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:  # also where it is not in UTF-8
        raise ConfigurationError(f"{path} cannot be read: {exc}") from exc


def _loads_watcher(workspace: Path) -> bool:
    try:
        lines = workspace.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ConfigurationError(f"there is no workspace {workspace}") from None
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"{workspace} cannot be read: {exc}") from exc
    return any(WATCHER_MODULE in line.partition("#")[0] for line in lines)


def _write_workspace(path: Path, locations: Sequence[Location]) -> Path:
    """Write a workspace file; JSON is YAML too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = []
    for location in locations:
        target_key = "relative_path" if location.kind == "python_file" else "module_name"
        entry = {target_key: location.target, "working_directory": str(Path.cwd())}
        if location.name:
            entry["location_name"] = location.name
        entries.append({location.kind: entry})
    path.write_text(json.dumps({"load_from": entries}, indent=2) + "\n", encoding="utf-8")
    return path
