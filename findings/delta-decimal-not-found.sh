#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# The minimum and maximum of decimals go through a float on their way out of Delta's log. 123456789.0123456789 has a maximum
# of 123456789.0123456700, below the value, and so its file is skipped: neither a filter of to_pyarrow_dataset nor
# deltalake's own QueryBuilder finds the row by its value, and a delete with it deletes nothing, without an error.
# 12345678901234567.89 has no maximum at all, and no filter of the dataset on that column finds any row of the file, not
# even 1.50 beside it; a query and a delete do. Without a filter, and with one on another column, all rows are there.
# Seen: maximum 123456789.0123456700: by filter [0, 1], by query [0, 1], deleted 0; maximum None: [0, 0], [1, 1], 1; of
#       123.45: [1, 1], [1, 1], 1
#
# Most would guess: a value that is in the table is found; statistics may only spare reading what cannot match.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, QueryBuilder, write_deltalake


def found(name, value, precision, scale):
    """The maximum by the log, how many rows are found by each of two values, and how many a delete by the first takes."""
    kind = pa.decimal128(precision, scale)
    values = [Decimal(value), Decimal("1.50")]
    write_deltalake(name, pa.table({"id": [1, 2], "x": pa.array(values, kind)}))
    table = DeltaTable(name)
    maximum = pa.table(table.get_add_actions(flatten=True))["max.x"][0].as_py()
    dataset = table.to_pyarrow_dataset()
    assert dataset.to_table().num_rows == 2
    assert dataset.to_table(filter=pc.field("id") == 1)["x"].to_pylist() == [Decimal(value)]
    by_filter = [dataset.to_table(filter=pc.field("x") == pa.scalar(each, kind)).num_rows for each in values]
    builder = QueryBuilder().register("t", table)
    conditions = [f"x = cast('{each}' as decimal({precision}, {scale}))" for each in values]
    by_query = [pa.table(builder.execute(f"select x from t where {each}").read_all()).num_rows for each in conditions]
    deleted = table.delete(conditions[0])["num_deleted_rows"]
    print(f"{value}: maximum {maximum}, found by filter {by_filter}, by query {by_query}, deleted {deleted}")
    return maximum, by_filter, by_query, deleted


assert found("small", "123.45", 20, 2) == (Decimal("123.45"), [1, 1], [1, 1], 1)
assert found("fine", "123456789.0123456789", 19, 10) == (Decimal("123456789.01234567"), [0, 1], [0, 1], 0)
assert found("large", "12345678901234567.89", 20, 2) == (None, [0, 0], [1, 1], 1)
print("held: a decimal of many digits is not found by its value, and not deleted")
PYTHON
