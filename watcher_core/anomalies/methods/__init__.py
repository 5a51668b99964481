"""How a metric of an execution is judged from its history: pure functions of arrays, independent of the database.

A method is a module with a function `judge(history, value, at, ...) -> Judgement | None`. The methods need NumPy and
SciPy, so callers import them only when they judge.

    history     the runs to learn from
    judgement   the verdict of a method, with the numbers that explain it
    zscore      mean and standard deviation of the runs at the same hour of day
    seasonal    robust, aware of seasons, adapting; made of:
      scales      the scale on which spread does not depend on level
      seasons     which earlier runs a run is compared with
      levels      levels that have changed for good, and levels that drift
      tails       how large an unusual error is
      repeats     the same value, or zero, too often in a row
"""
