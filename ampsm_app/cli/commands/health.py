"""`doctor`, `verify-amp`, `test-git`, `repo-info` and `selftest`."""

import click

from ampsm_app.backend.domain.health import HealthReport
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red"), "skipped": ("–", "dim")}


@click.command()
@options.as_json
def doctor_command(as_json: bool) -> int:
    """Look for what does not work on this machine, and say what to do about it."""
    with reading() as core:
        return _report(core.doctor.examine(), as_json)


@click.command()
@options.agent_choice
@options.as_json
def verify_amp_command(mode: str | None, amp_cli: str | None, amp_server: str | None, as_json: bool) -> int:
    """Run one real turn in a scratch repository: binary, server, login, edit, commit."""
    with reading() as core:
        return _report(core.verification.verify(options.choice_of(mode, amp_cli, amp_server)), as_json)


@click.command()
@options.as_json
def test_git_command(as_json: bool) -> int:
    """Run every git operation that sessions use, in a scratch repository."""
    with reading() as core:
        return _report(core.verification.test_git(), as_json)


@click.command()
@click.argument("path", default=".")
@options.as_json
def repo_info_command(path: str, as_json: bool) -> int:
    """Show what is seen of a repository, and what is suggested for it."""
    with reading() as core:
        info = core.repositories.inspect(path)
    if as_json:
        output.print_json(info.model_dump(mode="json"))
        return 0
    pairs = {
        "repository": info.root,
        "git": info.git_version,
        "checked out": info.head_branch or "no branch",
        "base": info.default_base or "choose with --base",
        "branches": str(len([each for each in info.branches if each.kind == "branch"])),
        "uncommitted": count(info.uncommitted_files, "file"),
        "identity": info.identity or "none: git config --global user.email …",
        "check script": info.suggested_script or "",
        "set-up": ("trusted" if info.setup_trusted else "not trusted yet") if info.setup else "",
        "sessions": str(info.sessions),
    }
    output.say(output.fields(pairs))
    for note in info.notes:
        output.say(note)
    return 0


@click.command()
@options.as_json
def selftest_command(as_json: bool) -> int:
    """Prove that the installed program works: a turn, a merge and the page, in a scratch folder."""
    from ampsm_app.cli.selftest import run_selftest

    return _report(run_selftest(), as_json)


def _report(report: HealthReport, as_json: bool) -> int:
    if as_json:
        output.print_json(report.model_dump(mode="json"))
        return 0 if report.ok else 1
    for finding in report.findings:
        mark, colour = _MARKS[finding.status]
        output.say(f"{output.paint(mark, colour)} {finding.name}: {finding.message}")
        if finding.hint:
            output.say(f"    {finding.hint}")
    return 0 if report.ok else 1
