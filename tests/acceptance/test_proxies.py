"""`watcher serve` behind the proxies of the documentation, with TLS: another host records with a token."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.documentation import ROOT
from watcher_core import ExecutionEndedError, Watcher

PAGE = (ROOT / "docs" / "how-to" / "http.md").read_text(encoding="utf-8")
CADDY, NGINX = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[:2]

# What the page leaves out, as it is the same for every site: nginx's frame, and where a test may write.
FRAME = """
daemon off;
{user}
pid {directory}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{site}
}}
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(url: str, **options: object) -> httpx.Response:
    """The first answer of what has just been started."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=12, **options), timeout=60) as client:  # type: ignore[arg-type]  # one of its own
        return client.get(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `watcher.pem` and `watcher.key`, of localhost."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    directory = tmp_path_factory.mktemp("tls")
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=DNS:localhost -keyout {directory}/watcher.key -out {directory}/watcher.pem".split(),
        check=True,
        capture_output=True,
    )
    return directory


@pytest.fixture(scope="module")
def server(module_watcher: Watcher, module_database_url: str) -> Iterator[int]:
    """The port of a server that needs no token yet."""
    port = free_port()
    command = [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "WATCHER_DATABASE_URL": module_database_url})
    assert answers(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


@pytest.fixture(params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest,
    certificate: Path,
    server: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of a proxy in front of it."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    port = free_port()
    if request.param == "nginx":
        user = "user root;" if os.getuid() == 0 else ""  # whom the directories of tests are open to
        site = NGINX.replace("443", str(port)).replace("watcher.example.com", "localhost")
        written = FRAME.format(user=user, site=site.replace("/etc/ssl", str(certificate)), directory=tmp_path)
        command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "config")]
    else:
        # Caddy gets a certificate by itself, for a name that others can look up.
        tls = f"{{\n    tls {certificate}/watcher.pem {certificate}/watcher.key\n    bind 127.0.0.1"
        site = CADDY.replace("watcher.example.com {", f"https://localhost:{port} {tls}")
        written = f"{{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}}\n{site}"
        command = [program, "run", "--adapter", "caddyfile", "--config", str(tmp_path / "config")]
    (tmp_path / "config").write_text(written.replace("127.0.0.1:8000", f"127.0.0.1:{server}"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "watcher.pem"))
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    url = f"https://localhost:{port}"
    verify = ssl.create_default_context(cafile=str(certificate / "watcher.pem"))
    assert answers(f"{url}/health/ready", verify=verify).status_code == 200
    yield url
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def test_another_host_records_over_https(proxy: str, module_watcher: Watcher, tmp_path: Path) -> None:
    name = f"over https {uuid4().hex}"
    # Without a token the server answers its own host alone: a proxy on that host is none of it.
    assert httpx.get(f"{proxy}/pipeline").status_code == 401
    token, stored = module_watcher.create_token(f"etl-host {name}")
    with Watcher(proxy, token=token) as host:
        with host.track(name, next_watermark="2026-01-02") as execution:
            execution.record(inserts=3, total_rows=3)
        started = host.start_execution(pipeline_id=name)
        host.end_execution(started.id, inserts=1)
        with pytest.raises(ExecutionEndedError):
            host.end_execution(started.id, inserts=2)
    assert [each.inserts for each in module_watcher.executions(pipeline=name)] == [1, 3]
    assert module_watcher.pipeline(name).watermark == "2026-01-02"

    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=proxy, headers=headers, timeout=60) as client:
        # A name with a slash and others that a proxy may rewrite.
        assert client.get(f"/ping/{name}/a%2Fb%20%25%C3%BC?rows=2").text == "OK\n"
        assert module_watcher.executions(pipeline=f"{name}/a/b %ü")[0].total_rows == 2
        # A batch of some megabytes, and one that is too large: an answer, no broken connection.
        record: dict[str, object] = {"pipeline_name": name, "state": "succeeded", "start_date": "2026-01-02T06:00:00Z"}
        record |= {"end_date": "2026-01-02T06:01:00Z", "execution_metadata": {"note": "x" * 1_000}}
        batch = [{**record, "external_id": f"{name}/{number}"} for number in range(4_000)]
        recorded = client.post("/execution/batch", json={"executions": batch})
        assert (recorded.status_code, recorded.text) == (200, '{"recorded":4000}')
        too_large = client.post("/execution/batch", content=b"x" * (51 * 1024 * 1024))
        assert too_large.status_code == 413
        # What programs get and where browsers are led, without the port of the server behind.
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code in (302, 303, 307)
        assert client.get(page.headers["location"]).url.netloc == httpx.URL(proxy).netloc
        assert "secure" in client.get("/ui/login").headers["set-cookie"].lower()
        assert client.get("/metrics").status_code == 200
        assert client.get("/pipeline", headers={"Authorization": "Bearer wrong"}).status_code == 401
    module_watcher.revoke_token(stored.name)
