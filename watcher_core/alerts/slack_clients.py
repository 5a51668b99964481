"""slack_sdk's clients, made strict: no redirects, answers of bounded size, proxies as the environment says, no logs.

Imported only where a message is sent. slack_sdk opens connections in one private method of each client, and has no
public setting for redirects: a redirect would carry the token elsewhere, and count as delivered whatever answers there.
"""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from watcher_core.alerts.slack import LOOPBACK

MAX_BYTES = 100_000

# slack_sdk logs addresses at the level DEBUG. This logger has no parent, and drops everything.
SILENT = logging.Logger("watcher.alerts.slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001 - must not be in the tree of loggers


class _StrictWebhookClient(WebhookClient):
    def _perform_http_request_internal(self, url: str, req: urllib.request.Request) -> WebhookResponse:
        status, headers, body = _exchange(req, self.timeout)
        return WebhookResponse(url=url, status_code=status, body=body, headers=dict(headers))


class _StrictWebClient(WebClient):
    def _perform_urllib_http_request_internal(self, url: str, req: urllib.request.Request) -> dict[str, Any]:  # noqa: ARG002 - of slack_sdk
        status, headers, body = _exchange(req, self.timeout)
        return {"status": status, "headers": headers, "body": body}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def webhook(url: SecretStr, *, timeout: float) -> WebhookClient:
    """Make a client of an incoming webhook."""
    client = _StrictWebhookClient(url.get_secret_value(), logger=SILENT, retry_handlers=[])
    client.timeout = timeout  # type: ignore[assignment] # declared as whole seconds, passed on to a socket
    return client


def web(token: SecretStr, *, api: str, timeout: float) -> WebClient:
    """Make a client of the Web API."""
    client = _StrictWebClient(token.get_secret_value(), base_url=api, logger=SILENT, retry_handlers=[])
    client.timeout = timeout  # type: ignore[assignment] # declared as whole seconds, passed on to a socket
    return client


def _exchange(request: urllib.request.Request, timeout: float) -> tuple[int, Mapping[str, str], str]:
    """Send a request; return status, headers and body of the answer, whatever the status."""
    is_here = request.host.partition(":")[0] in LOOPBACK
    opener = urllib.request.build_opener(_NoRedirect, *([urllib.request.ProxyHandler({})] if is_here else []))
    try:
        answer = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as exc:
        answer = exc
    with answer:
        try:
            body = answer.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            body = ""
        return answer.status, answer.headers, body
