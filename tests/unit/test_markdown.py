"""Tables in Markdown: nothing that a user has called a thing becomes markup, and no table is endless."""

from __future__ import annotations

import pytest

from watcher_dagster.checks import markdown


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("plain name", "plain name"),
        ("snake_case", r"snake\_case"),
        ("a|b", r"a\|b"),
        ("[x](javascript:alert(1))", r"\[x\]\(javascript:alert\(1\)\)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("**bold** `code` ~~no~~", r"\*\*bold\*\* \`code\` \~\~no\~\~"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("back\\slash", r"back\\slash"),
        ("https://example.com", r"https:\//example.com"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_text(words: str, written: str) -> None:
    assert markdown.text(words) == written


def test_long_text_is_cut() -> None:
    written = markdown.text("x" * 1000)
    assert len(written) == markdown.MAX_CELL
    assert written.endswith("…")


def test_links() -> None:
    assert markdown.link("a_b", "assets", "a b", "ü/|)") == r"[a\_b](/assets/a%20b/%C3%BC%2F%7C%29)"
    assert markdown.link("x", "runs", "1", base="https://host/prefix/") == "[x](/prefix/runs/1)"
    assert markdown.link("x", "runs", "1", base="https://host") == "[x](/runs/1)"


def test_a_table() -> None:
    assert markdown.table(["A", "B"], [["1", "2"]], total=1, empty="-") == "| A | B |\n| --- | --- |\n| 1 | 2 |"
    assert markdown.table(["A"], [], total=0, empty="Nothing.") == "Nothing."


def test_a_long_table_says_how_many_more_there_are() -> None:
    taken = []

    def rows() -> object:
        for number in range(30_000):
            taken.append(number)
            yield [str(number)]

    told = markdown.table(["A"], rows(), total=30_000, empty="-")  # type: ignore[arg-type]  # an iterator, of which it must not take all
    assert told.endswith("| 49 |\n\n… and 29,950 more")
    assert len(taken) <= markdown.SHOWN + 1  # what is not shown is not asked for
