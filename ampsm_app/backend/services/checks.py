"""The check script of a session: whether its work holds."""

from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.events import CheckRan
from ampsm_app.backend.domain.sessions import Check
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.scripts import run_script
from ampsm_app.backend.store import eventlog

Reason = Literal["iteration", "manual", "merge"]


class Checks:
    """Runs check scripts and records what they said."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def run(
        self,
        script: str,
        worktree: Path,
        *,
        session_id: str,
        reason: Reason,
        tree: str | None = None,
        iteration_id: str | None = None,
        cancel: Cancel | None = None,
        timeout_s: float | None = None,
        mark: str | None = None,
    ) -> Check:
        """Run the script in `worktree`, whose content is `tree`, and log a `test_result`.

        `passed` is None where the script could not be started or was cancelled.
        """
        done = run_script(
            self._resources,
            script,
            worktree,
            session_id=session_id,
            timeout_s=timeout_s or self._resources.settings().checks.timeout,
            env={"AMPSM_CHECK": reason},
            cancel=cancel,
            mark=mark,
        )
        unknown = done.exit_code is None or done.cancelled
        output = done.output + ("\n[ended: it took too long]" if done.timed_out else "")
        check = Check(
            passed=None if unknown else done.exit_code == 0 and not done.timed_out,
            exit_code=done.exit_code,
            duration_ms=done.duration_ms,
            output=output,
            tree=tree,
        )
        with self._resources.database.write() as connection:
            eventlog.append(
                connection,
                CheckRan(command=script, check=check, reason=reason),
                session_id=session_id,
                iteration_id=iteration_id,
            )
        return check
