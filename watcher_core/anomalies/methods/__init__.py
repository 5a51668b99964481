"""How a metric of an execution is judged from its history: pure functions of arrays, which know no database.

A method is a module with a function `judge(history, value, at, ...) -> Judgement | None`. They need NumPy, so whoever
calls them imports them only then.

    history     the runs to learn from
    judgement   what a method says, with the numbers that explain it
    zscore      mean and standard deviation of the runs at the same hour of day
    seasonal    robust, aware of seasons, adapting; made of:
      scales      the scale on which spread does not depend on level
      seasons     which earlier runs a run is to be compared with
      levels      levels that changed for good, and levels that drift
      tails       how large an error is unusual
      repeats     the same value, or zero, too often in a row
"""
