"""The demo's material: a small project, and two jobs that two agents do in it at the same time."""

from datetime import UTC, datetime
from pathlib import Path

from ampsm_app.backend.domain.requests import NewSession
from ampsm_app.backend.domain.sessions import AgentChoice
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.scratch import make_repository

_FILES = {
    "README.md": "# Tea timer\n\nTells when the tea is ready.\n",
    "timer.txt": "green 2\nblack 4\nherbal 6\n",
    "check.sh": 'set -e\ngrep -q "green" timer.txt\necho "timer.txt lists $(wc -l < timer.txt) teas"\n',
}
_SCRIPT = "sh check.sh"
_JOBS = (
    (
        "Add oolong tea",
        'Append "oolong 3" to timer.txt. Then sleep 1 second. '
        'Then create the file docs/oolong.md with the text "Oolong steeps for three minutes.".',
    ),
    (
        "Explain the project",
        'Create the file docs/guide.md with the text "Set the timer, pour, wait.". Then sleep 1 second. '
        'Then replace "Tells when" with "Says exactly when" in README.md.',
    ),
)


class Demo:
    """What the demo works on; its sessions are ordinary ones in mode `demo`."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def repository(self, folder: Path | None = None) -> Path:
        """A new scratch repository, by default below the data folder."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        place = folder or self._resources.data_dir / "demo" / stamp / "tea-timer"
        return make_repository(self._resources, place, _FILES)

    def jobs(self, repository: Path) -> list[NewSession]:
        """The two sessions of the demo."""
        return [
            NewSession(
                repo=str(repository),
                name=name,
                prompt=prompt,
                script=_SCRIPT,
                choice=AgentChoice(mode="demo"),
            )
            for name, prompt in _JOBS
        ]

    def files_on_base(self, repository: Path) -> list[str]:
        """The names of the files on `main`."""
        return self._resources.git(repository).text("ls-tree", "-r", "--name-only", "main").split("\n")
