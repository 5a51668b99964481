"""How loud an alert is: as its check says, or as its pipeline or type asks for."""

from __future__ import annotations

from typing import Final

# SQL: the level that a pipeline asks for, else its type; NULL where neither does.
ASKED_LEVEL: Final = "coalesce(pipeline.alert_level, type.alert_level)"


def level_of(kind: str, level: str, asked_level: str) -> str:
    """SQL: the level of an alert.

    What is for information stays so. What somebody called a warning, and unusual numbers, get no louder.

    Args:
        kind: SQL: the kind of the alert.
        level: SQL: the level that its check says.
        asked_level: SQL: that of `ASKED_LEVEL`.
    """
    return f"""
           CASE WHEN {kind} IN ('asset_check', 'anomaly') AND {level} = 'warning'
                THEN least({level}, {asked_level})
                WHEN {level} <> 'info' THEN coalesce({asked_level}, {level})
                ELSE {level} END"""
