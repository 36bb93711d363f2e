"""What a merge that waits for its conflicts has kept in the repository, where something else ends it."""

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import resolution
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges


def let_go(resources: Resources, session: Session) -> None:
    """Drop what was settled of the session's waiting merge; can be repeated until the merge is closed."""
    with resources.database.read() as connection:
        merge = merges.open_merge(connection, session.id)
    if merge is not None:
        resolution.forget(resources.main_git(session), merge.id)
