"""Moving a branch to a merged commit, together with the checkout it stands in, or not at all.

A landing is planned (`landing_plan`), recorded by its caller, and carried out in two steps that can be
repeated: first the branch, then what goes with it. `landing_recovery` settles what a kill leaves.
"""

from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.git.landing_plan import Landing, base_moved, hook_refused, plan_landing, stands_at
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.layout import repository_dir
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.refs import HEADS, RefUpdate, resolve, update_refs
from ampsm_app.backend.git.runner import Git, git_failed
from ampsm_app.backend.git.undoing import undo
from ampsm_app.backend.git.veto import vetoed

# The user's settings must not make more of it than a fast-forward: no stash, no squash, no submodules moved,
# no maintenance that goes on in the background.
_SETTINGS = ("gc.auto=0", "maintenance.auto=false", "submodule.recurse=false")
_FAST_FORWARD = (
    *(part for setting in _SETTINGS for part in ("-c", setting)),
    *("merge", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--no-squash", "--commit", "-q"),
)


@dataclass(frozen=True, slots=True)
class Landed:
    """The branch is where it was to go, and so is its checkout."""

    ref: str
    sha: str
    checkout: str | None


def land(git: Git, landing: Landing) -> Landed | Refused:
    """Both steps. The caller has recorded the planned landing; `git` stands anywhere in the repository."""
    outcome = land_branch(git, landing)
    if isinstance(outcome, Landed):
        land_rest(git, landing)
    return outcome


def land_branch(git: Git, landing: Landing) -> Landed | Refused:
    """The first step: the branch moves, with its checkout, and nothing else of the user's; or nothing does.

    Refused as `plan_landing` refuses, and with `checkout_changed`, `hook_refused`, `ref_locked` or
    `checkout_refused`.
    """
    if resolve(git, landing.ref) == landing.new:
        return Landed(landing.ref, landing.new, landing.checkout)
    again = plan_landing(git, landing)
    if isinstance(again, Refused):
        return again
    if again.checkout != landing.checkout:
        where = again.checkout or "nowhere"
        return Refused("checkout_changed", f"{landing.ref} is now checked out in {where}.", "Merge again.")
    said = vetoed(git, [RefUpdate(landing.ref, landing.new, landing.old)])
    if said is not None:
        return hook_refused(landing.ref, said)
    return _move_ref(git, landing) if landing.checkout is None else _fast_forward(git, landing)


def land_rest(git: Git, landing: Landing) -> None:
    """The second step: the refs that go with the branch, and what a new branch follows. Can be repeated."""
    left = [each for each in landing.also if resolve(git, each.ref) != each.new]
    update_refs(git, left, message=landing.message, hooks=False)
    if landing.tracking is not None:
        name = landing.ref.removeprefix(HEADS)
        git.write("config", f"branch.{name}.remote", landing.tracking.remote)
        git.write("config", f"branch.{name}.merge", landing.tracking.merge)


def fast_forward_args(landing: Landing) -> tuple[str, ...]:
    """Git's arguments for the fast-forward of a checkout."""
    return (*_FAST_FORWARD, landing.new)


def _move_ref(git: Git, landing: Landing) -> Landed | Refused:
    base = RefUpdate(landing.ref, landing.new, landing.old)
    try:
        update_refs(git, [base, *landing.also], message=landing.message, hooks=True)
    except (Conflict, GitError) as error:
        if resolve(git, landing.ref) != landing.new:  # git may have been killed after it had done its work
            return _why_not(git, landing, error)
    return Landed(landing.ref, landing.new, None)


def _why_not(git: Git, landing: Landing, error: Conflict | GitError) -> Refused:
    now = resolve(git, landing.ref)
    if not stands_at(landing.old, now):
        return base_moved(landing.ref, landing.old, now)
    if error.code == "hook":
        return hook_refused(landing.ref, error.message)
    if ".lock" in error.message:
        return Refused("ref_locked", error.message, "Another git command is at work; try again.")
    raise error


def _fast_forward(git: Git, landing: Landing) -> Landed | Refused:
    place = Path(landing.checkout or "")
    began = utc_now()
    door = git.at(place)
    done = door.attempt(
        *fast_forward_args(landing), env={"GIT_REFLOG_ACTION": " ".join(landing.message.split())}
    )
    now = resolve(git, landing.ref)
    if now == landing.new:
        return Landed(landing.ref, landing.new, landing.checkout)
    if done.exit_code == 0:
        raise GitError(
            f"{place} was switched to another branch while {landing.ref} was landing there.",
            hint=f"Look at git reflog in {place}.",
            code="checkout_switched",
        )
    if now != landing.old:
        return base_moved(landing.ref, landing.old, now)
    clear_stale_locks(repository_dir(git.cwd), place, refs=[landing.ref], since=began)
    undo(door, landing.old, landing.new)
    return _checkout_refused(landing, place, done)


def _checkout_refused(landing: Landing, place: Path, done: Completed) -> Refused:
    said = str(git_failed(fast_forward_args(landing), place, done).details["stderr"])
    if "aborted by hook" in said:
        return hook_refused(landing.ref, said)
    return Refused("checkout_refused", f"{place} could not be fast-forwarded: {said}", None, (str(place),))
