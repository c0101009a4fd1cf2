"""A missing program is a failure with a way out."""

import pytest

from tests.tools.program import MissingToolError, find, run


def test_a_missing_program_says_what_to_do() -> None:
    """A program that is not installed is an error that names it and the command that sets it up."""
    with pytest.raises(MissingToolError, match=r"no-such-program .* `make dev`"):
        find("no-such-program")


def test_a_program_gets_no_input_and_its_words_come_back() -> None:
    """A program sees the end of input at once, and a bad exit status is returned, not raised."""
    done = run(["sh", "-c", 'cat; echo "$GREETING"; exit 3'], environment={"GREETING": "hello"})
    assert (done.returncode, done.stdout) == (3, "hello\n")
