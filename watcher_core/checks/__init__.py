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
    from watcher_core.checks.freshness import NONE_JUDGED, check_freshness, judge_calendars
    from watcher_core.checks.freshness import OF_ONE as STALE_OF_ONE
    from watcher_core.checks.freshness import finding_of as stale_of
    from watcher_core.checks.missed import check_missed, missed_elsewhere
    from watcher_core.checks.partitions import failed_partitions, mark_removed_partitions
    from watcher_core.checks.state import last_checked, list_check_states, mark_checked
    from watcher_core.checks.stuck import check_stuck, silent_and_made_good
    from watcher_core.checks.suggestions import suggest_rules
    from watcher_core.checks.thresholds import COLUMNS as THRESHOLD_COLUMNS
    from watcher_core.checks.thresholds import count_rules, select_thresholds, threshold_of
    from watcher_core.checks.thresholds import joined as joined_thresholds
    from watcher_core.checks.timeliness import OF_ONE as LATE_OF_ONE
    from watcher_core.checks.timeliness import check_timeliness
    from watcher_core.checks.timeliness import finding_of as late_of
    from watcher_core.checks.timeliness import is_over as late_is_over

__all__ = [
    "LATE_OF_ONE",
    "NONE_JUDGED",
    "STALE_OF_ONE",
    "THRESHOLD_COLUMNS",
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
    "failed_partitions",
    "find_backfills",
    "joined_thresholds",
    "judge_calendars",
    "last_checked",
    "late_is_over",
    "late_of",
    "list_check_states",
    "mark_checked",
    "mark_removed_partitions",
    "missed_elsewhere",
    "select_thresholds",
    "silent_and_made_good",
    "stale_of",
    "standing_backfills",
    "suggest_rules",
    "threshold_of",
]

_MODULES = {
    "LATE_OF_ONE": "timeliness:OF_ONE",
    "NONE_JUDGED": "freshness",
    "Opening": "causes",
    "STALE_OF_ONE": "freshness:OF_ONE",
    "THRESHOLD_COLUMNS": "thresholds:COLUMNS",
    "backfill_key": "backfills:deduplication_key",
    "check_asset_checks": "asset_checks",
    "check_automation": "automation",
    "check_failures": "failures",
    "check_freshness": "freshness",
    "check_missed": "missed",
    "check_stuck": "stuck",
    "silent_and_made_good": "stuck",
    "check_timeliness": "timeliness",
    "count_rules": "thresholds",
    "declare_automation": "automation",
    "failed_partitions": "partitions",
    "mark_removed_partitions": "partitions",
    "find_backfills": "backfills",
    "joined_thresholds": "thresholds:joined",
    "judge_calendars": "freshness",
    "last_checked": "state",
    "late_is_over": "timeliness:is_over",
    "late_of": "timeliness:finding_of",
    "list_check_states": "state",
    "select_thresholds": "thresholds",
    "mark_checked": "state",
    "missed_elsewhere": "missed",
    "stale_of": "freshness:finding_of",
    "standing_backfills": "backfills",
    "suggest_rules": "suggestions",
    "threshold_of": "thresholds",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
