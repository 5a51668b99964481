#!/usr/bin/env bash
# django 5.2.19
#
# On SQLite the difference of a time and a day is no error for Django, and nothing but the years of the two texts in
# microseconds: an order of a year ago is as old as one of today. A time that is cast to a date is the day in UTC,
# where `TruncDate()` and the filter `date` have the day of the time zone that is set, so 00:30 in Berlin is of two
# days. A day plus 30 hours is midnight.
# Seen: 2024-01-02 00:30 less 2024-12-30 -> 0:00:00, less 2023-01-01 -> 0:00:00.000001; cast -> 2024-01-01, TruncDate
# -> 2024-01-02
#
# Most would guess: a difference of 363 days, or an error, and one day.
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

import datetime

from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Cast, TruncDate


class Order(models.Model):
    paid = models.DateTimeField()
    due = models.DateField()

    class Meta:
        app_label = "contenttypes"


with connection.schema_editor() as editor:
    editor.create_model(Order)
PAID = datetime.datetime(2024, 1, 1, 23, 30, tzinfo=datetime.timezone.utc)
for due in [datetime.date(2024, 12, 30), datetime.date(2023, 1, 1)]:
    Order.objects.create(paid=PAID, due=due)

orders = Order.objects.order_by("id")
late = list(orders.annotate(late=F("paid") - F("due")).values_list("late", flat=True))
print(late)
assert late == [datetime.timedelta(0), datetime.timedelta(microseconds=1)], late

days = orders.annotate(cast=Cast("paid", models.DateField()), day=TruncDate("paid")).values_list("cast", "day")[0]
print(*days)
assert days == (datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)), days
assert Order.objects.filter(paid__date=days[1]).count() == 2
later = orders.annotate(later=F("due") + datetime.timedelta(hours=30)).values_list("later", flat=True)[0]
print(later)
assert later == datetime.datetime(2024, 12, 31, tzinfo=datetime.timezone.utc), later
PYTHON
echo "held: a time less a day is nothing"
