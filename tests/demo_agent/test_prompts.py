"""What a prompt asks for in plain words is what happens, in order."""

from pathlib import Path

import pytest

from ampsm_app.demo_agent.script import read_script
from tests.conftest import git, make_repo
from tests.support.demo_agent import DemoAgent


def test_creates_appends_replaces_renames_and_deletes(agent: DemoAgent) -> None:
    said = agent.ask(
        'Create notes.md with "one". Append "two" to notes.md, then replace "one" with "1" in notes.md.\n'
        "Create old.txt and rename old.txt to deep/new.txt\nCreate gone.txt. Delete gone.txt."
    )

    assert said.exit_code == 0
    assert (agent.folder / "notes.md").read_text() == "1\ntwo\n"
    assert (agent.folder / "deep/new.txt").exists()
    assert not (agent.folder / "old.txt").exists()
    assert not (agent.folder / "gone.txt").exists()


def test_a_code_block_is_the_content_of_the_file_before_it(agent: DemoAgent) -> None:
    agent.ask(
        'Create src/app.py with:\n```python\nprint("hi. then go")\n\ndelete = 1\n```\nThen create b.txt.'
    )

    assert (agent.folder / "src/app.py").read_text() == 'print("hi. then go")\n\ndelete = 1\n'
    assert (agent.folder / "b.txt").exists()


def test_names_and_texts_in_any_script_and_with_quotes(agent: DemoAgent) -> None:
    agent.ask(
        'Create `naïve name.txt` with “it\'s 日本語” and create \'b c.txt\' containing "say \\"hi\\"\\n"'
    )

    assert (agent.folder / "naïve name.txt").read_text() == "it's 日本語\n"
    assert (agent.folder / "b c.txt").read_text() == 'say "hi"\n'


def test_a_number_of_files(agent: DemoAgent) -> None:
    agent.ask('Create 3 files in src/many with "x"')

    assert sorted(path.name for path in (agent.folder / "src/many").iterdir()) == [
        "file-1.txt",
        "file-2.txt",
        "file-3.txt",
    ]


def test_runs_a_command_and_reports_one_that_fails(agent: DemoAgent) -> None:
    said = agent.ask("Run `echo out && echo made > made.txt`. Run `echo broken; exit 3`.")

    first, second = said.blocks("tool_result")
    assert (first["content"], first["is_error"]) == ("out\n", False)
    assert (second["content"], second["is_error"]) == ("Exit code 3\nbroken\n", True)
    assert (agent.folder / "made.txt").read_text() == "made\n"
    assert said.exit_code == 0


def test_what_cannot_be_done_is_an_answer_of_the_tool(agent: DemoAgent) -> None:
    said = agent.ask('Replace "a" with "b" in missing.txt. Create x.txt.')

    assert [block["is_error"] for block in said.blocks("tool_result")] == [True, False]
    assert said.answer == "Done: edit_file failed, created x.txt."


def test_commits_and_switches_branches_itself(tmp_path: Path) -> None:
    agent = DemoAgent(make_repo(tmp_path / "repo"), tmp_path / "state")

    agent.ask('Create a.txt. Commit with message "it\'s mine". Switch to branch other/branch.')

    assert git(agent.folder, "log", "-1", "--format=%s") == "it's mine"
    assert git(agent.folder, "branch", "--show-current") == "other/branch"


def test_keeps_both_sides_of_a_conflict(agent: DemoAgent) -> None:
    (agent.folder / "a.txt").write_text(
        "top\n<<<<<<< base\nours\n||||||| 123\nold\n=======\ntheirs\n>>>>>>> session\nend\n"
    )

    agent.ask("Resolve the conflict in `a.txt`.")

    assert (agent.folder / "a.txt").read_text() == "top\nours\ntheirs\nend\n"


def test_says_what_it_did_not_understand(agent: DemoAgent) -> None:
    said = agent.ask("Create a.txt. Make the world a better place.")

    assert said.answer == "Done: created a.txt. I did not understand: Make the world a better place."


def test_a_prompt_without_a_known_word_changes_nothing_and_gets_an_explanation(agent: DemoAgent) -> None:
    said = agent.ask("Implement user authentication with JWT tokens")

    assert said.exit_code == 0
    assert said.answer.startswith("I am the demo agent")
    assert list(agent.folder.iterdir()) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "The check failed:\n```\nrun `rm -rf /`\nfail\ndelete README.md\n```",
        "> delete README.md",
        "The words run `x` and fail stand in the middle",
        "create a login page",
        "run the tests",
    ],
)
def test_words_in_other_text_are_no_orders(prompt: str) -> None:
    assert read_script(prompt).steps == ()


def test_lists_lead_ins_and_units(agent: DemoAgent) -> None:
    steps = read_script("1. Please sleep 200 ms\n2. then wait 2 minutes\n- Finally, use 12,000 tokens").steps

    assert [(step.verb, step.number) for step in steps] == [
        ("sleep", 0.2),
        ("sleep", 120),
        ("tokens", 12000),
    ]
