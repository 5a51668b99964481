"""Logging: one tree of standard loggers below `watcher`, switched on at the edges only.

Modules log through `logging.getLogger("watcher.…")` and hand facts over as `extra={…}`; whoever runs the process
decides where that goes. The command line calls `configure`; inside Dagster or another program, its own configuration
holds.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # reading settings takes longer than a command that logs little has to spare
    from watcher_core.settings import Settings

logger = logging.getLogger("watcher")

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

# What every record has; all else came in as `extra`.
STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(settings: Settings, *, default_level: str | None = None) -> None:
    """Send the loggers below `watcher` to standard error, and to Logfire where a token is set. Again: anew.

    Args:
        settings: Say the level and the format, and hold the token.
        default_level: Level where the environment names none.
    """
    level = settings.log_level
    logger.setLevel(level if default_level is None or "log_level" in settings.model_fields_set else default_level)
    logger.handlers = [_handler(settings.log_format)]
    # What psycopg warns of, as of a pipeline that is aborted, follows from the error that is raised.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    if settings.logfire_token is not None:
        _add_logfire(settings.logfire_token.get_secret_value())


def begin(*, level: str | None, log_format: str | None) -> None:
    """Send warnings to standard error, until `configure` knows the settings.

    Args:
        level: What the environment names; warnings where that is none.
        log_format: What the environment names; text where that is none.
    """
    if not logger.handlers:
        logger.setLevel(level if level in LEVELS else logging.WARNING)
        logger.handlers = [_handler(log_format)]


def _handler(log_format: str | None) -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    return handler


class TextFormatter(logging.Formatter):
    """A line for people: time, level, logger, message, and the extra fields as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s%(fields)s", datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        """Write the line without the traceback, which the base class adds."""
        fields = "".join(f" {name}={value}" for name, value in extra_fields(record).items())
        return super().formatMessage(logging.makeLogRecord({**vars(record), "fields": fields}))


class JsonFormatter(logging.Formatter):
    """A line for machines: one JSON object, with the extra fields beside the usual ones."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the object, in one line."""
        written = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            written["exception"] = self.formatException(record.exc_info)
        return json.dumps({**written, **extra_fields(record), **written}, ensure_ascii=False, default=str)


def extra_fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that were passed as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in STANDARD_ATTRIBUTES}


def _add_logfire(token: str) -> None:
    """Send the logs to Logfire too; a reason why that cannot be is logged, since no job is to fail by its logging."""
    try:
        logfire: Any = importlib.import_module("logfire")
        logfire.configure(token=token, service_name="watcher", console=False, inspect_arguments=False)
        logger.addHandler(logfire.LogfireLoggingHandler())
    except ImportError:
        logger.warning("LOGFIRE_TOKEN is set, but Logfire is not installed: pip install 'watcher-dagster[logfire]'")
    except Exception as exc:
        logger.warning("logs do not go to Logfire: %s", exc)
