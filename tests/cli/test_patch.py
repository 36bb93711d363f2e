"""A diff on a terminal: what differs is marked, and nothing in it is obeyed."""

import io

import pytest

from ampsm_app.cli import pager, patch

PATCH = b"""diff --git a/f b/f
index 1..2 100644
--- a/f
+++ b/f
@@ -1,4 +1,4 @@ def title():
 same
--- a list
+++ a line
-old word here
+new word here
\\ No newline at end of file
diff --git a/g b/g
new file mode 100644
"""


def lines(raw: bytes, *, painted: bool = True) -> list[str]:
    return [line.removesuffix("\n") for line in patch.readable(raw, painted=painted)]


def test_content_is_coloured_by_its_sign_whatever_it_looks_like() -> None:
    shown = lines(PATCH)
    assert shown[2] == "\x1b[1m--- a/f\x1b[0m"
    assert shown[4] == "\x1b[36m@@ -1,4 +1,4 @@\x1b[0m def title():"
    assert shown[6].startswith("\x1b[31m---")
    assert shown[-1] == "\x1b[1mnew file mode 100644\x1b[0m"


def test_the_words_that_differ_are_marked() -> None:
    one = b"diff --git a/f b/f\n@@ -1 +1 @@\n-old word here\n+new word here\n"
    assert lines(one)[2:] == [
        "\x1b[31m-\x1b[7mold\x1b[27m word here\x1b[0m",
        "\x1b[32m+\x1b[7mnew\x1b[27m word here\x1b[0m",
    ]
    nothing_in_common = b"diff --git a/f b/f\n@@ -1 +1 @@\n-abc\n+xyz\n"
    assert lines(nothing_in_common)[2:] == ["\x1b[31m-abc\x1b[0m", "\x1b[32m+xyz\x1b[0m"]


def test_lines_without_a_partner_are_not_marked() -> None:
    one = b"diff --git a/f b/f\n@@ -1 +1,2 @@\n-a b\n+a c\n+d\n"
    assert lines(one)[2:] == ["\x1b[31m-a b\x1b[0m", "\x1b[32m+a c\x1b[0m", "\x1b[32m+d\x1b[0m"]


@pytest.mark.parametrize("painted", [True, False])
def test_what_a_terminal_would_obey_is_shown_instead(painted: bool) -> None:
    hostile = "@@ -1 +1 @@\n+\x1b[8mhidden\x1b[0m \x1b]52;c;eA==\x07 \x9b2J \u202etxt \tok\r\n".encode()
    shown = lines(b"diff --git a/f b/f\n" + hostile, painted=painted)[-1]
    text = shown.removeprefix("\x1b[32m").removesuffix("\x1b[0m")
    assert text == "+^[[8mhidden^[[0m ^[]52;c;eA==^G <U+009B>2J <U+202E>txt \tok^M"


def test_no_colours_where_none_are_wanted() -> None:
    assert lines(PATCH, painted=False) == PATCH.decode().removesuffix("\n").split("\n")


def test_a_pager_that_only_prints_is_not_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGER", "no-such-program")
    monkeypatch.setenv("GIT_PAGER", "cat")
    pager.page(["one\n", "two\n"])
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_pipe_gets_the_patch_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw))
    patch.print_patch(b"+\xff\x1b[8m\r\n")
    assert raw.getvalue() == b"+\xff\x1b[8m\r\n"
    patch.print_patch(PATCH, colour="always")
    assert b"\x1b[36m@@" in raw.getvalue()
