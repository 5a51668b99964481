#!/usr/bin/env bash
# mlxtend 0.25.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1, statsmodels 0.15.0
#
# McNemar's test of two models that give the same predictions has a p of 0: they differ, as surely as can be. With one
# row for each that only it has right p is 0.48. By statsmodels both are 1, as by the exact test of the same function.
# The test of two proportions has one side and does not say so: 80 and 70 percent of 100 have a p of 0.95, 70 and 80
# percent one of 0.05, and two equal ones 0.5.
# Seen: (inf, 0.0); (0.5, 0.48); 0.95, 0.05, 0.5
#
# Most would guess: 1 for what is equal, and 0.1 for 80 and 70 percent, in both orders.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mlxtend==0.25.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 statsmodels==0.15.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
from mlxtend.evaluate import mcnemar, mcnemar_table, proportion_difference
from statsmodels.stats.contingency_tables import mcnemar as other

warnings.simplefilter("ignore")
truth = numpy.array([1, 0, 1, 1, 0, 0])
model = numpy.array([1, 0, 1, 0, 0, 0])
table = mcnemar_table(y_target=truth, y_model1=model, y_model2=model)
same = [float(number) for number in mcnemar(table)]
one_each = numpy.array([[50, 1], [1, 50]])
near = [round(float(number), 2) for number in mcnemar(one_each)]
print(table.tolist(), same, near)
assert table.tolist() == [[5, 0], [0, 1]] and same == [float("inf"), 0.0] and near == [0.5, 0.48], (same, near)
assert mcnemar(table, exact=True)[1] == 1 and mcnemar(one_each, exact=True)[1] == 1
assert other(table).pvalue == 1 and other(one_each).pvalue == 1

pairs = ((0.8, 0.7), (0.7, 0.8), (0.5, 0.5))
parts = [round(float(proportion_difference(first, second, 100)[1]), 2) for first, second in pairs]
print(parts)
assert parts == [0.95, 0.05, 0.5], parts
print("held: two models that are the same differ")
PYTHON
