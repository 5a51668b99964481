"""Who may do what: tokens, and the one case that needs none."""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from watcher_core import arguments, tokens
from watcher_core.client import Watcher
from watcher_core.enums import TokenScope
from watcher_core.errors import ConfigurationError, DatabaseError, NotFoundError
from watcher_core.server.errors import RefusedError
from watcher_core.values import ApiToken

logger = logging.getLogger("watcher.server")

# So long a revoked token may go on to work, and a request without one where the first was made.
REREAD_SECONDS = 1.0

# A token that is not known may have just been made. So often a second the tokens are read again for one: whoever
# tries tokens out costs the database no more.
REREADS_A_SECOND = 20

# The last use of a token is noted to the minute.
NOTED_EVERY_SECONDS = 60.0

# A name of a proxy's user is shown and stored no longer than this.
MAX_USER_CHARACTERS = 200

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")

# A request with one of these came through a proxy: from anywhere.
FORWARDING_HEADERS = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip")


@dataclass(frozen=True)
class Access:
    """What a request may do.

    Attributes:
        token: By which token; `None` where none is needed.
        user: Who makes it, as a trusted proxy in front of the board says.
        renamed: The pipelines that the token covers by a name that they had before, which goes on to mean them.
    """

    token: ApiToken | None = None
    user: str | None = None
    renamed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Whose requests these are, for limits and for what they change."""
        return self.user or ("" if self.token is None else self.token.name)

    def allows(self, scope: TokenScope) -> bool:
        """Whether it is wide enough; a user of a proxy reads and writes, and administers nothing."""
        if self.token is not None:
            return self.token.allows(scope)
        return self.user is None or scope is not TokenScope.ADMIN

    @property
    def is_limited(self) -> bool:
        """Whether it is to some pipelines only."""
        return self.token is not None and self.token.pipelines is not None

    def covers(self, pipeline_name: str) -> bool:
        """Whether it is to that pipeline."""
        return self.token is None or self.token.covers(pipeline_name) or pipeline_name in self.renamed

    def require(self, scope: TokenScope) -> None:
        """Refuse what needs a wider scope."""
        if not self.allows(scope):
            of = "write" if self.token is None else self.token.scope.value
            who = f"user {self.user!r}" if self.token is None else f"token {self.token.name!r}"
            raise RefusedError(
                403,
                f"{who} has the scope {of}; this needs {scope.value}; "
                f"make a token for it with: watcher tokens create NAME --scope {scope.value}",
            )

    def require_pipeline(self, pipeline_name: str | None, *, refused: str | None = None) -> None:
        """Refuse what is about a pipeline that the token does not cover.

        Args:
            pipeline_name: That pipeline; it is not named to who may not know of it. `None` is no pipeline, or any.
            refused: The pipeline that the request is about, in its own words: what is about others may go on.
        """
        is_covered = not self.is_limited if pipeline_name is None else self.covers(pipeline_name)
        if self.token is not None and not is_covered:
            raise _not_covered(self.token, "this", **({} if refused is None else {"refused": [refused]}))

    def hide_unknown(self, error: Exception) -> Exception:
        """Return the error in place of which a request is answered: what has no such id is as what is another's.

        Else a token of some pipelines would learn which ids there are.
        """
        if self.token is None or not self.is_limited or not isinstance(error, NotFoundError):
            return error
        return _not_covered(self.token, "this") if isinstance(error.reference, int) else error

    def require_pipelines(self, names: Iterable[str]) -> None:
        """Refuse what names pipelines that the token does not cover, and say which: what is about others may go on."""
        refused = sorted({name for name in names if not self.covers(name)})
        if self.token is not None and refused:
            raise _not_covered(self.token, arguments.shown(refused[0]), refused=refused)

    def require_all(self) -> None:
        """Refuse a token of some pipelines where something is about no pipeline."""
        if self.token is not None and self.token.pipelines is not None:
            raise RefusedError(
                403,
                f"token {self.token.name!r} is for pipelines {self.token.pipelines!r} only, and this is about more "
                "than those; ask about one of them, or make a token of all with: watcher tokens create NAME",
            )


def _not_covered(token: ApiToken, what: str, **details: object) -> RefusedError:
    or_none = ", or none" if what == "this" else ""
    return RefusedError(
        403,
        f"token {token.name!r} is for pipelines {token.pipelines!r} only, and {what} is another one{or_none}; "
        "make a token for it with: watcher tokens create NAME --pipelines PIPELINES",
        details={"pipelines": token.pipelines, **details},
    )


class Tokens:
    """The valid tokens, read again every second: no statement for each request."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._rereads = (0.0, 0)
        self._noted_at = time.monotonic()
        self._by_digest: dict[bytes, ApiToken] = {}
        self._uses: dict[int, dt.datetime] = {}
        self._renamed: list[tuple[str, str]] = []
        self._renamed_of: dict[int, frozenset[str]] = {}

    @property
    def is_fresh(self) -> bool:
        """Whether they need not be read again."""
        return time.monotonic() - self._read_at < REREAD_SECONDS

    def may_reread(self) -> bool:
        """Whether the tokens may be read again for one that is not known."""
        second, count = self._rereads
        now = time.monotonic()
        self._rereads = (now, 1) if now - second >= 1 else (second, count + 1)
        return self._rereads[1] <= REREADS_A_SECOND

    def refresh(self, *, now: bool = False) -> None:
        """Read the tokens again, where they are old. What was known stays where the database cannot be reached."""
        with self._lock:
            if self.is_fresh and not now:
                return
            try:
                with self._watcher._transaction() as (session, _):
                    self._by_digest = tokens.token_digests(session)
                    if any(token.pipelines is not None for token in self._by_digest.values()):
                        self._renamed, self._renamed_of = tokens.renamed_pipelines(session), {}
                    if self._uses and time.monotonic() - self._noted_at > NOTED_EVERY_SECONDS:
                        self._note(session)
            except DatabaseError:
                if self._read_at == float("-inf"):
                    raise
                logger.warning("the tokens cannot be read again; those known before hold on")
            self._read_at = time.monotonic()

    def flush(self) -> None:
        """Note the last uses that are not noted yet: on a quiet server the next request may be a day away."""
        with self._lock:
            if self._uses:
                with self._watcher._transaction() as (session, _):
                    self._note(session)

    def _note(self, session: object) -> None:
        uses, self._uses = self._uses, {}
        self._noted_at = time.monotonic()
        try:
            tokens.note_use(session, uses)  # type: ignore[arg-type]  # the session of the transaction
        except DatabaseError:
            self._uses = {**uses, **self._uses}
            raise

    @property
    def exist(self) -> bool:
        """Whether there is any token."""
        return bool(self._by_digest)

    def access(self, token: ApiToken) -> Access:
        """Return what may be done with a token."""
        if token.pipelines is None or not self._renamed:
            return Access(token)
        renamed = self._renamed_of.get(token.id)
        if renamed is None:
            renamed = frozenset(name for former, name in self._renamed if token.covers(former))
            self._renamed_of[token.id] = renamed
        return Access(token, renamed=renamed)

    def find(self, token: str) -> ApiToken | None:
        """Return what is stored of a token; `None` where it is not valid."""
        digest = tokens.digest(token)
        for known, stored in self._by_digest.items():
            # All are looked at, each in constant time.
            if hmac.compare_digest(known, digest):
                found = stored
                break
        else:
            return None
        self._uses[found.id] = dt.datetime.now(dt.UTC)
        return found


def is_local(client: str | None, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request comes from this host itself, and from no page of another origin."""
    if client not in LOOPBACK or any(name in headers for name in FORWARDING_HEADERS):
        return False
    host = headers.get(b"host", b"").decode("latin-1")
    if _host_name(f"//{host}") not in LOOPBACK:
        return False
    origin = headers.get(b"origin")
    return origin is None or _host_name(origin.decode("latin-1")) in LOOPBACK


class Proxies:
    """The proxies that say who their users are.

    Args:
        header: The name of the header that names the user; `None`: no proxy does.
        addresses: Where they are: addresses and networks, as `10.0.0.0/8`.

    Raises:
        ConfigurationError: An address is none, or one of the two is not said.
    """

    def __init__(self, header: str | None = None, addresses: Sequence[str] = ()) -> None:
        if (header is None) != (not addresses):
            raise ConfigurationError(
                "WATCHER_PROXY_USER_HEADER and WATCHER_TRUSTED_PROXIES go together: the name of a user counts only"
                " from proxies that are trusted"
            )
        self._header = None if header is None else header.lower().encode("latin-1")
        try:
            self._networks = [ipaddress.ip_network(address, strict=False) for address in addresses]
        except ValueError as exc:
            raise ConfigurationError(f"WATCHER_TRUSTED_PROXIES is not valid: {exc}") from None

    def user(self, client: str | None, headers: Mapping[bytes, bytes]) -> str | None:
        """Return the user of a request; `None` where no trusted proxy names one."""
        if self._header is None or client is None:
            return None
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return None
        if not any(address in network for network in self._networks):
            return None
        name = headers.get(self._header, b"").decode("utf-8", "replace").strip()
        return name[:MAX_USER_CHARACTERS] or None


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
