#!/usr/bin/env bash
# textdistance 4.6.3
#
# A normalized similarity is between 0, totally different, and 1, equal, by the documentation. By rle_ncd a text has 0
# with itself, by sqrt_ncd 0.586, and by arith_ncd the day 2024-01-05 has -0.09 with itself and "Berlin" -1.25 with
# "Madrid". By bz2_ncd "orders" is less like itself (0.889) than "a" is like "b", which are equal. By mlipns all texts
# of up to three letters are equal, "yes" and "no" and "EUR" and "USD", too, and "2023" is equal to "2024".
# Seen: rle_ncd 0.0, sqrt_ncd 0.586, arith_ncd -0.087 and -1.25, bz2_ncd 0.889 and 1.0, mlipns 1 for yes and no
#
# Most would guess: 1 for a text and itself, less than 1 for all others, and nothing below 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check textdistance==4.6.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import textdistance


def compare(measure, one, other):
    return round(float(getattr(textdistance, measure).normalized_similarity(one, other)), 3)


EXPECTED = {
    ("rle_ncd", "orders", "orders"): 0.0,
    ("sqrt_ncd", "orders", "orders"): 0.586,
    ("arith_ncd", "2024-01-05", "2024-01-05"): -0.087,
    ("arith_ncd", "Berlin", "Madrid"): -1.25,
    ("bz2_ncd", "orders", "orders"): 0.889,
    ("bz2_ncd", "a", "b"): 1.0,
    ("mlipns", "EUR", "USD"): 1.0,
    ("mlipns", "2023", "2024"): 1.0,
    ("mlipns", "yes", "no"): 1.0,
    ("levenshtein", "2023", "2024"): 0.75,
}
seen = {case: compare(*case) for case in EXPECTED}
for case, similarity in seen.items():
    print(*case, similarity)
assert seen == EXPECTED, seen
print("held: a text is not like itself, and yes is no")
PYTHON
