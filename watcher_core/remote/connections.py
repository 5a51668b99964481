"""Connections to a server: those that stay open, its certificate, and the proxy that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import urllib3

if TYPE_CHECKING:
    import ssl

# Those that stay open where nothing goes on.
KEPT_CONNECTIONS = 20


class Answer(NamedTuple):
    """What a server has answered."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked for."""
        return 200 <= self.status < 300


class Connections:
    """The connections to a server, which threads share.

    Args:
        address: Its URL.
        headers: Those of all requests.

    Raises:
        ConnectionError: The proxy or the certificates that the environment names cannot be used.
    """

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self._address = address
        self._headers = dict(headers)
        proxy = _proxy_of(address)
        context = _certificates() if address.startswith("https://") else None
        if proxy is None:
            self._pools = urllib3.PoolManager(maxsize=KEPT_CONNECTIONS, ssl_context=context)
        else:
            try:
                self._pools = urllib3.ProxyManager(
                    proxy,
                    proxy_headers=_login(proxy),
                    proxy_ssl_context=_certificates() if proxy.startswith("https://") else None,
                    maxsize=KEPT_CONNECTIONS,
                    ssl_context=context,
                )
            except urllib3.exceptions.HTTPError as exc:  # its address is none, or of a kind that needs more packages
                raise ConnectionError(f"the proxy of the environment cannot be used: {exc}") from exc

    def ask(
        self, method: str, path: str, *, content: bytes | None, headers: Mapping[str, str] | None, seconds: float
    ) -> Answer:
        """Send one request, and return what is answered.

        Raises:
            TimeoutError: The server does not answer in time.
            ConnectionError: The server cannot be reached.
        """
        try:
            answer = self._pools.request(
                method,
                self._address + path,
                body=content,
                headers={**self._headers, **(headers or {})},
                timeout=urllib3.Timeout(seconds),
                retries=False,  # whoever asks knows what may be repeated
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as exc:
            inside = _innermost(exc)
            if isinstance(inside, TimeoutError) and inside.errno is None:  # the limit of this call, none of the network
                raise TimeoutError("no answer in time") from exc
            raise ConnectionError(_reason(inside)) from exc
        return Answer(answer.status, answer.data, answer.headers)

    def close(self) -> None:
        """Close all of them."""
        self._pools.clear()


def _certificates() -> ssl.SSLContext:
    """Return whom to trust: the authorities that the environment names, else those of Mozilla.

    Raises:
        ConnectionError: What the environment names cannot be read.
    """
    import ssl

    file, directory = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not directory:
        import certifi

        file = certifi.where()
    try:
        return ssl.create_default_context(cafile=file or None, capath=directory or None)
    except OSError as exc:
        raise ConnectionError(f"the certificates of {file or directory} cannot be read: {exc}") from exc


def _proxy_of(address: str) -> str | None:
    """Return the proxy that the environment names for an address, with its login; `None` where there is none."""
    from urllib.request import getproxies, proxy_bypass

    url, proxies = urlsplit(address), getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _login(proxy: str) -> dict[str, str]:
    url = urlsplit(proxy)
    if url.username is None:
        return {}
    return urllib3.make_headers(proxy_basic_auth=f"{unquote(url.username)}:{unquote(url.password or '')}")


def _innermost(error: BaseException) -> BaseException:
    """Return what the system has raised: the library wraps it, and puts the names of its classes around it."""
    inside = error.__cause__ or next((each for each in error.args if isinstance(each, BaseException)), None)
    return error if inside is None else _innermost(inside)


def _reason(error: BaseException) -> str:
    if getattr(error, "reason", None) == "WRONG_VERSION_NUMBER":  # of OpenSSL, where what answers is no TLS
        return "it does not speak TLS, so that its address begins with http://"
    return str(error) or type(error).__name__
