#!/usr/bin/env bash
# django-filter 26.2, django 5.2.19
#
# A filter of django-filter whose value cannot be used is an error for a number, and for a boolean no filter at all:
# `paid=no`, `paid=0` and `paid=x` find all orders, also those that are paid, and 2 finds the paid ones. A filter for
# what is missing has the same values. A parameter that it does not know, as one with a typing error, finds all as
# well. In a column of integers 1.9 finds 1.
# Seen: paid=false -> order 2; paid=no, 0, f, x -> all three, valid; paid=2 -> order 1; missing=0 -> all; number=1.9 ->
# 1
#
# Most would guess: the unpaid order, or an error as for a number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check django-filter==26.2 django==5.2.19
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

import django_filters
from django.db import connection, models
from django.http import QueryDict


class Order(models.Model):
    number = models.IntegerField()
    paid = models.BooleanField(null=True)

    class Meta:
        app_label = "contenttypes"


class OrderFilter(django_filters.FilterSet):
    number = django_filters.NumberFilter()
    paid = django_filters.BooleanFilter()
    missing = django_filters.BooleanFilter("paid", lookup_expr="isnull")

    class Meta:
        model = Order
        fields = []


with connection.schema_editor() as editor:
    editor.create_model(Order)
for number, paid in [(1, True), (2, False), (3, None)]:
    Order.objects.create(number=number, paid=paid)


def found(query):
    orders = OrderFilter(QueryDict(query), Order.objects.order_by("number"))
    return orders.is_valid() and list(orders.qs.values_list("number", flat=True))


ALL = [1, 2, 3]
RESULTS = {
    "paid=false": [2],
    "paid=no": ALL,
    "paid=0": ALL,
    "paid=f": ALL,
    "paid=x": ALL,
    "paid=2": [1],
    "missing=true": [3],
    "missing=0": ALL,
    "number=1.9": [1],
    "number=x": False,
    "piad=true": ALL,
}
seen = {query: found(query) for query in RESULTS}
print(seen)
assert seen == RESULTS, seen
PYTHON
echo "held: paid=no finds all orders"
