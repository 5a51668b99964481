"""`Watcher`'s methods on tokens of the HTTP API."""

from __future__ import annotations

from watcher_core import values
from watcher_core.client.connection import Connection
from watcher_core.enums import TokenScope


class TokenMethods(Connection):
    """Tokens of the HTTP API."""

    def create_token(
        self, name: str, *, scope: TokenScope | str = TokenScope.WRITE, pipelines: str | None = None
    ) -> tuple[str, values.ApiToken]:
        """Make a token of the HTTP API.

        Args:
            name: What people call it.
            scope: `read`, `write`, which records too, or `admin`, which deletes too.
            pipelines: Only for this pipeline; with `*` at its end, for those whose names begin so.

        Returns:
            The token, which is stored nowhere, and what is stored of it.

        Raises:
            InvalidValueError: A value breaks a rule, or another token has that name.
        """
        from watcher_core import tokens

        with self._transaction() as (session, now):
            return tokens.create_token(session, name=name, scope=scope, pipelines=pipelines, now=now)

    def tokens(self, *, revoked: bool = False) -> list[values.ApiToken]:
        """Return the tokens of the HTTP API, by name; with `revoked`, those that were revoked too."""
        from watcher_core import tokens

        with self._transaction() as (session, _):
            return tokens.list_tokens(session, revoked=revoked)

    def revoke_token(self, name: str) -> values.ApiToken:
        """Refuse a token from now on. Servers notice within a second or two.

        Raises:
            NotFoundError: There is no valid token of that name.
        """
        from watcher_core import tokens

        with self._transaction() as (session, now):
            return tokens.revoke_token(session, name=name, now=now)
