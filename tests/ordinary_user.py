"""What a user who is not root sees, also where root runs the tests."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be nobody in place of root; anybody else stays who that is.

    What is called in it has been called before: it may import modules, which nobody may be unable to read.
    """
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
