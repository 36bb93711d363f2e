"""Where a merge goes: the local branch, made to follow the remote one where there is none yet."""

from dataclasses import dataclass

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import bases, refs
from ampsm_app.backend.git.landing_plan import Tracking
from ampsm_app.backend.git.runner import Git


@dataclass(frozen=True)
class Target:
    """A local branch. `old` is where it is (zeros: it is made by the merge), `tip` what is merged onto."""

    name: str
    old: str
    tip: str
    tracking: Tracking | None = None

    @property
    def ref(self) -> str:
        """The full name."""
        return refs.HEADS + self.name


def find_target(git: Git, session: Session, onto: str | None) -> Target:
    """The branch to merge into. Raises `InvalidInput` (`needs_onto`) for a tag or a commit."""
    base = bases.find_base(git, onto or session.base_branch)
    if base.kind == "branch":
        return Target(base.name, base.commit, base.commit)
    if base.kind == "remote":
        remote, _, name = base.name.partition("/")
        local = refs.resolve(git, refs.HEADS + name, kind="commit")
        if local is not None:
            return Target(name, local, local)
        return Target(name, refs.ZERO, base.commit, Tracking(remote=remote, merge=refs.HEADS + name))
    raise InvalidInput(
        f"{base.name!r} is a {base.kind}: nothing can be merged into it.",
        hint="name a branch: --onto main",
        code="needs_onto",
    )
