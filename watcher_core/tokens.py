"""Tokens of the HTTP API: made once, stored as a digest, and revoked.

A token has 256 random bits, so that its SHA-256 needs neither salt nor a slow hash: there is nothing to guess.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, values
from watcher_core.database import models
from watcher_core.enums import TokenScope
from watcher_core.errors import InvalidValueError, NotFoundError

TOKEN = models.table(models.ApiToken)
PIPELINE = models.table(models.Pipeline)
ALIAS = models.table(models.PipelineAlias)

# So that scanners for secrets, and people, know one when they see it.
PREFIX = "wat_"

MAX_NAME_CHARACTERS = 100


def digest(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def create_token(
    session: Session, *, name: str, scope: TokenScope | str, pipelines: str | None, now: dt.datetime
) -> tuple[str, values.ApiToken]:
    """Make a token; return it, which nothing does again, and what is stored.

    Raises:
        InvalidValueError: A value breaks a rule, or another token has that name.
    """
    name = arguments.name(name, "name")
    if len(name) > MAX_NAME_CHARACTERS:
        raise InvalidValueError(
            f"name is {arguments.shown(name)}; the name of a token has 1 to {MAX_NAME_CHARACTERS} characters"
        )
    chosen = arguments.choice(scope, TokenScope, "scope")
    of = None if pipelines is None else _clean_pipelines(session, pipelines)
    if session.scalar(sa.select(TOKEN.c.id).where(TOKEN.c.name == name, TOKEN.c.revoked_at.is_(None))) is not None:
        raise InvalidValueError(f"name is {arguments.shown(name)}; another token has that name, revoke it first")
    token = PREFIX + secrets.token_urlsafe(32)
    row = session.execute(
        sa.insert(TOKEN)
        .values(name=name, digest=digest(token), scope=chosen.value, pipelines=of, created_at=now)
        .returning(TOKEN)
    ).one()
    return token, _token(row)


def _clean_pipelines(session: Session, pipelines: str) -> str:
    """Return a pipeline's name, or the beginning of names and `*`; another `*` is no pattern, as it is in routes."""
    found = arguments.name(pipelines, "pipelines")
    is_name = sa.select(PIPELINE.c.id).where(PIPELINE.c.name == found)
    if "*" in found[:-1] and session.scalar(is_name) is None:
        raise InvalidValueError(
            f"pipelines is {arguments.shown(found)}; write a pipeline's name, or how names begin and one * at the end"
        )
    return found


def list_tokens(session: Session, *, revoked: bool = False) -> list[values.ApiToken]:
    """Return the tokens that are valid, by name; with `revoked`, those that were revoked too."""
    found = sa.select(TOKEN).order_by(TOKEN.c.name, TOKEN.c.id)
    return [_token(row) for row in session.execute(found if revoked else found.where(TOKEN.c.revoked_at.is_(None)))]


def token_digests(session: Session) -> dict[bytes, values.ApiToken]:
    """Return the tokens that are valid, by what is stored of each."""
    return {
        bytes(row.digest): _token(row) for row in session.execute(sa.select(TOKEN).where(TOKEN.c.revoked_at.is_(None)))
    }


def renamed_pipelines(session: Session) -> list[tuple[str, str]]:
    """Return each name that a pipeline had before, with the one that it has now."""
    rows = session.execute(
        sa.select(ALIAS.c.name, PIPELINE.c.name).join(PIPELINE, PIPELINE.c.id == ALIAS.c.pipeline_id)
    )
    return [(former, name) for former, name in rows]


def note_use(session: Session, last_uses: Mapping[int, dt.datetime]) -> None:
    """Note when tokens were last used, by id."""
    for token_id, at in sorted(last_uses.items()):
        session.execute(
            sa.update(TOKEN)
            .where(TOKEN.c.id == token_id, sa.func.coalesce(TOKEN.c.last_used_at, sa.text("'-infinity'")) < at)
            .values(last_used_at=at)
        )


def revoke_token(session: Session, *, name: str, now: dt.datetime) -> values.ApiToken:
    """Refuse a token from now on.

    Raises:
        NotFoundError: There is no valid token of that name.
    """
    row = session.execute(
        sa.update(TOKEN)
        .where(TOKEN.c.name == arguments.text(name, "name").strip(), TOKEN.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(TOKEN)
    ).one_or_none()
    if row is None:
        raise NotFoundError("token", name)
    return _token(row)


def _token(row: sa.Row[tuple[object, ...]]) -> values.ApiToken:
    fields = {name: value for name, value in row._mapping.items() if name != "digest"}
    return values.ApiToken(**{**fields, "scope": TokenScope(fields["scope"])})
