"""What a landing will do, decided before anything moves and small enough to be recorded."""

from collections.abc import Sequence

from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.git.checkouts import Checkout, holding
from ampsm_app.backend.git.landing_refusals import Refused, by_obstacles, by_operation
from ampsm_app.backend.git.obstacles import changes_between, obstacles
from ampsm_app.backend.git.refs import RefUpdate, is_ancestor, is_zero, resolve
from ampsm_app.backend.git.runner import Git


class Tracking(Model):
    """What a newly made branch follows: `origin` and `refs/heads/main`."""

    remote: str
    merge: str


class Landing(Model):
    """A branch that moves from `old` (zeros: it is made) to `new`, a descendant.

    `checkout` is the folder that is fast-forwarded with it, `also` are refs that move along, `message` is
    for the reflog. It survives as JSON: `Landing.model_validate_json(landing.model_dump_json())`.
    """

    ref: str
    old: str
    new: str
    message: str
    checkout: str | None = None
    also: tuple[RefUpdate, ...] = ()
    tracking: Tracking | None = None


def plan_landing(git: Git, wanted: Landing) -> Landing | Refused:
    """The landing with its `checkout` filled in, or why it cannot be done now. Touches nothing.

    Codes: `base_moved`, `not_fast_forward`, `checked_out_twice`, `checkout_missing`, `checkout_unborn`,
    `mid_rebase`, `mid_merge`, `mid_cherry_pick`, `mid_revert`, `mid_bisect`, and those of `obstacles`.
    """
    moved = _moved(git, wanted)
    if moved is not None:
        return moved
    held = holding(git, wanted.ref)
    refused = _unusable(wanted.ref, held) or _obstructed(git, wanted, held)
    if refused is not None:
        return refused
    return wanted.model_copy(update={"checkout": str(held[0].path) if held else None})


def base_moved(ref: str, old: str, now: str | None) -> Refused:
    """The refusal for a base that is not what the merge was computed on."""
    return Refused(
        "base_moved",
        f"{ref} is at {(now or 'nothing')[:12]}, no longer at {old[:12]}.",
        "Merge again: the merge is computed anew on what base is now.",
        (ref,),
    )


def stands_at(old: str, now: str | None) -> bool:
    """Whether a ref that is `now` there (None: it is not) is as a landing expects it."""
    return is_zero(old) if now is None else now == old


def _moved(git: Git, wanted: Landing) -> Refused | None:
    now = resolve(git, wanted.ref)
    if not stands_at(wanted.old, now):
        return base_moved(wanted.ref, wanted.old, now)
    if now is not None and not is_ancestor(git, now, wanted.new):
        return Refused("not_fast_forward", f"{wanted.new[:12]} does not contain {wanted.ref}.")
    return None


def _unusable(ref: str, held: Sequence[Checkout]) -> Refused | None:
    for each in held:
        if each.operation is not None:
            return by_operation(each.path, each.operation)
    if len(held) > 1:
        places = tuple(str(each.path) for each in held)
        return Refused(
            "checked_out_twice",
            f"{ref} is checked out in {' and in '.join(places)}: one of them would be left behind.",
            "Check out another branch in all but one of them.",
            places,
        )
    if held and held[0].missing:
        return Refused(
            "checkout_missing",
            f"{ref} is checked out in {held[0].path}, which is not there.",
            "Plug its disk in, or forget that checkout with git worktree remove.",
            (str(held[0].path),),
        )
    return None


def _obstructed(git: Git, wanted: Landing, held: Sequence[Checkout]) -> Refused | None:
    if not held:
        return None
    place = held[0]
    if is_zero(wanted.old):
        return Refused(
            "checkout_unborn",
            f"{place.path} waits for the first commit of {wanted.ref}.",
            "Check out another branch there.",
            (str(place.path),),
        )
    found = obstacles(git.at(place.path), place.git_dir, changes_between(git, wanted.old, wanted.new))
    return by_obstacles(place.path, found) if found else None


def hook_refused(ref: str, said: str) -> Refused:
    """The refusal of the repository's own hook, in its words."""
    return Refused(
        "hook_refused", f"The reference-transaction hook does not let {ref} move: {said}", None, (ref,)
    )
