#!/usr/bin/env bash
# django 5.2.19
#
# In a column of JSON Django finds numbers by `gt` and `lt`, and by `range` none, without an error: on SQLite the
# limits are compared as texts of JSON. With a number for a text each row is above it, and with a text for a number
# none. `exclude()` of a key leaves out the rows that do not have it, so a row is in neither. An integer column is
# found by a part of a number: 1.9 finds 1.
# Seen: rows: 1, 10 and 9.5; gt 5 -> 10, 9.5; gte 5 and lte 20 -> 10, 9.5; range 5 to 20 -> none; texts gt 5 -> all
# three
#
# Most would guess: the rows that `gte` and `lte` find together, as `range` is said to be.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check django==5.2.19
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    TIME_ZONE="Europe/Berlin",
)
django.setup()

from django.db import connection, models


class Run(models.Model):
    number = models.IntegerField()
    data = models.JSONField()

    class Meta:
        app_label = "contenttypes"


with connection.schema_editor() as editor:
    editor.create_model(Run)
for number, rows in enumerate([1, 10, 9.5], 1):
    Run.objects.create(number=number, data={"rows": rows, "text": str(rows)})
Run.objects.create(number=4, data={})


def numbers(query):
    return sorted(query.values_list("number", flat=True))


FILTERS = [
    {"data__rows__gt": 5},
    {"data__rows__gte": 5, "data__rows__lte": 20},
    {"data__rows__range": (5, 20)},
    {"data__rows__gt": "5"},
    {"data__text__gt": 5},
    {"data__text__gt": "5"},
    {"number": 1.9},
]
seen = [numbers(Run.objects.filter(**one)) for one in FILTERS]
for one, found in zip(FILTERS, seen):
    print(one, found)
assert seen == [[2, 3], [2, 3], [], [], [1, 2, 3], [3], [1]], seen
assert numbers(Run.objects.filter(data__rows=1)) == [1] and numbers(Run.objects.exclude(data__rows=1)) == [2, 3]
PYTHON
echo "held: a range in JSON finds none"
