#!/usr/bin/env bash
# django 5.2.19
#
# `exclude(key__in=...)` of Django takes a list or a query. Of a list a None is left out, so that the rows of other
# keys stay. Of a query it is not: if one row of it has no key, all rows that have a key are gone, and what is left are
# the rows without one, which nobody asked for. A check for orders of unknown customers finds none.
# Seen: exclude by a list of 1 and None -> keys None, 2, 3; by a query that finds 1 and None -> keys None
#
# Most would guess: the same rows for both.
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


class Customer(models.Model):
    key = models.IntegerField(null=True)

    class Meta:
        app_label = "contenttypes"


class Order(models.Model):
    key = models.IntegerField(null=True)

    class Meta:
        app_label = "contenttypes"


with connection.schema_editor() as editor:
    editor.create_model(Customer)
    editor.create_model(Order)
Customer.objects.bulk_create([Customer(key=key) for key in [1, None]])
Order.objects.bulk_create([Order(key=key) for key in [1, 2, 3, None]])


def rest(keys):
    return list(Order.objects.exclude(key__in=keys).order_by("key").values_list("key", flat=True))


by_list = rest([1, None])
by_query = rest(Customer.objects.values("key"))
print(by_list, by_query)
assert by_list == [None, 2, 3] and by_query == [None], (by_list, by_query)
Customer.objects.filter(key=None).delete()
assert rest(Customer.objects.values("key")) == [None, 2, 3]
PYTHON
echo "held: one missing key in the query, and all orders with a customer are gone"
