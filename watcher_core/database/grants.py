"""What a role of PostgreSQL may do in the schema: read, write, or own it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from psycopg import sql

from watcher_core.database.connections import Driver
from watcher_core.database.models import SCHEMA
from watcher_core.errors import ConfigurationError, NotFoundError


class RoleKind(Enum):
    """What a role may do beside its owner, which may do anything."""

    READER = "SELECT"
    WRITER = "SELECT, INSERT, UPDATE, DELETE"


# Who reads history needs no tokens, and who writes it makes none: a token covers more than the role may have.
TOKENS: Final = "api_token"
# Only its owner changes the schema, and so its version.
VERSION: Final = "alembic_version"

IS_THERE = f"SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = '{SCHEMA}'"
IS_SUPERUSER = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = %s"
# Without sequences, which belong to columns.
TABLES = f"SELECT tablename, tableowner FROM pg_catalog.pg_tables WHERE schemaname = '{SCHEMA}' ORDER BY tablename"
FUNCTIONS = f"""
    SELECT proname, pg_catalog.pg_get_function_identity_arguments(oid)
      FROM pg_catalog.pg_proc
     WHERE pronamespace = '{SCHEMA}'::regnamespace
     ORDER BY proname
"""
# A later version may know more values of them.
ENUMS = f"""
    SELECT typname
      FROM pg_catalog.pg_type
     WHERE typnamespace = '{SCHEMA}'::regnamespace
       AND typtype = 'e'
     ORDER BY typname
"""
# Who has rights on later tables, and whether these are to write.
GRANTEES = f"""
    SELECT role.rolname, bool_or(granted.privilege_type = 'INSERT')
      FROM pg_catalog.pg_default_acl AS defaults,
           aclexplode(defaults.defaclacl) AS granted
      JOIN pg_catalog.pg_roles AS role ON role.oid = granted.grantee
     WHERE defaults.defaclnamespace = '{SCHEMA}'::regnamespace
       AND defaults.defaclobjtype = 'r'
     GROUP BY role.rolname
     ORDER BY role.rolname
"""


def statements_to_grant(
    connection: Driver, *, owner: str | None, writers: Sequence[str], readers: Sequence[str]
) -> list[str]:
    """Return the statements that give the roles their rights: on the tables that are there, and on later ones.

    Raises:
        NotFoundError: There is no such role.
        ConfigurationError: There is no schema yet; a role has more rights than these, or is named twice.
    """
    owners = {str(table): str(role) for table, role in connection.execute(TABLES)}
    if not owners and owner is not None and not [*writers, *readers] and connection.execute(IS_THERE).fetchone():
        _check(connection, [owner])  # who is to make the tables has to own their schema
        return [statement.as_string() for statement in _owning(owner, [], connection)]
    if VERSION not in owners:
        raise ConfigurationError(f"there is no schema {SCHEMA!r} yet; make it with: watcher db upgrade")
    owning = set(owners.values()) if owner is None else {owner}
    _check(connection, [*writers, *readers, *([] if owner is None else [owner])])
    statements: list[sql.Composed] = []
    if owner is not None:
        statements += _owning(owner, list(owners), connection)
        statements += _for_later_tables_of_others(owner, connection)
    for kind, roles in ((RoleKind.WRITER, writers), (RoleKind.READER, readers)):
        for role in roles:
            if role in owning:
                raise ConfigurationError(
                    f"the role {role!r} owns tables of the schema {SCHEMA!r}, and so may do anything with them; "
                    "make another role the owner, with: watcher db grant --owner ROLE"
                )
            statements += _granting(role, kind, list(owners), connection)
            statements += _for_later_tables(owner or owners[VERSION], role, kind)
    return [statement.as_string() for statement in statements]


def _check(connection: Driver, roles: Sequence[str]) -> None:
    for role in roles:
        if roles.count(role) > 1:
            raise ConfigurationError(f"the role {role!r} is named twice; a writer reads too, and the owner does all")
        found = connection.execute(IS_SUPERUSER, (role,)).fetchone()
        if found is None:
            error = NotFoundError("role", role)
            name = sql.Identifier(role).as_string()
            error.add_note(f"make it first, as with: CREATE ROLE {name} LOGIN PASSWORD '…'")
            raise error
        if found[0]:
            raise ConfigurationError(
                f"the role {role!r} is a superuser, which may do anything; choose one that is none"
            )


def _granting(role: str, kind: RoleKind, tables: list[str], connection: Driver) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(sql.Identifier(SCHEMA), name)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), name)
    for table in tables:
        rights = _rights(kind, table)
        if rights:
            yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(SCHEMA, table), name)
    # Everybody may use these, but where an administrator has taken that away from what is made later.
    yield sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), name)
    for (enum,) in connection.execute(ENUMS):
        yield sql.SQL("GRANT USAGE ON TYPE {} TO {}").format(sql.Identifier(SCHEMA, enum), name)


def _rights(kind: RoleKind, table: str) -> str:
    if table == TOKENS:
        return "SELECT, UPDATE (last_used_at)" if kind is RoleKind.WRITER else ""
    return RoleKind.READER.value if table == VERSION else kind.value


def _for_later_tables(owner: str, role: str, kind: RoleKind) -> Iterator[sql.Composed]:
    """What a later version brings is the owner's, which need not grant again."""
    for change in (
        "REVOKE ALL ON TABLES FROM",
        f"GRANT {kind.value} ON TABLES TO",
        "GRANT EXECUTE ON FUNCTIONS TO",
        "GRANT USAGE ON TYPES TO",
    ):
        yield sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} {} {}").format(
            sql.Identifier(owner), sql.Identifier(SCHEMA), sql.SQL(change), sql.Identifier(role)
        )


def _for_later_tables_of_others(owner: str, connection: Driver) -> Iterator[sql.Composed]:
    for role, writes in connection.execute(GRANTEES):
        if role != owner:
            yield from _for_later_tables(owner, str(role), RoleKind.WRITER if writes else RoleKind.READER)


def _owning(role: str, tables: list[str], connection: Driver) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    # Sequences go with their columns, indexes and triggers with their tables.
    yield sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(sql.Identifier(SCHEMA), name)
    for table in tables:
        yield sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(SCHEMA, table), name)
    for function, arguments in connection.execute(FUNCTIONS):
        yield sql.SQL("ALTER FUNCTION {}({}) OWNER TO {}").format(
            sql.Identifier(SCHEMA, function), sql.SQL(arguments), name
        )
    for (enum,) in connection.execute(ENUMS):
        yield sql.SQL("ALTER TYPE {} OWNER TO {}").format(sql.Identifier(SCHEMA, enum), name)
