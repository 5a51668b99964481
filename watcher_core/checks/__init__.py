"""The quick checks: what is stale, late, failing, stuck or missed. A check returns findings and sends no message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.checks.asset_checks import check_asset_checks
    from watcher_core.checks.automation import check_automation, declare_automation
    from watcher_core.checks.backfills import deduplication_key as backfill_key
    from watcher_core.checks.backfills import find_backfills, standing_backfills
    from watcher_core.checks.causes import Opening
    from watcher_core.checks.failures import check_failures
    from watcher_core.checks.freshness import check_freshness
    from watcher_core.checks.missed import check_missed
    from watcher_core.checks.state import last_checked, list_check_states, mark_checked
    from watcher_core.checks.stuck import check_stuck
    from watcher_core.checks.suggestions import suggest_rules
    from watcher_core.checks.thresholds import count_rules, select_thresholds
    from watcher_core.checks.timeliness import check_timeliness
    from watcher_core.checks.timeliness import is_over as late_is_over

__all__ = [
    "Opening",
    "backfill_key",
    "check_asset_checks",
    "check_automation",
    "check_failures",
    "check_freshness",
    "check_missed",
    "check_stuck",
    "check_timeliness",
    "count_rules",
    "declare_automation",
    "find_backfills",
    "last_checked",
    "late_is_over",
    "list_check_states",
    "mark_checked",
    "select_thresholds",
    "standing_backfills",
    "suggest_rules",
]

_MODULES = {
    "Opening": "causes",
    "backfill_key": "backfills:deduplication_key",
    "check_asset_checks": "asset_checks",
    "check_automation": "automation",
    "check_failures": "failures",
    "check_freshness": "freshness",
    "check_missed": "missed",
    "check_stuck": "stuck",
    "check_timeliness": "timeliness",
    "count_rules": "thresholds",
    "declare_automation": "automation",
    "find_backfills": "backfills",
    "last_checked": "state",
    "late_is_over": "timeliness:is_over",
    "list_check_states": "state",
    "select_thresholds": "thresholds",
    "mark_checked": "state",
    "standing_backfills": "backfills",
    "suggest_rules": "suggestions",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
