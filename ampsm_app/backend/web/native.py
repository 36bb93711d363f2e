"""What only a window can do for the page."""

from typing import Protocol

from ampsm_app.backend.domain.errors import AmpsmError


class NativeDialogs(Protocol):
    """Dialogs of the operating system."""

    def pick_folder(self, start: str | None) -> str | None:
        """The folder that the user chose, None where he closed the dialog."""


class NoDialogs:
    """A page in a browser: there is no dialog to show."""

    def pick_folder(self, start: str | None) -> str | None:
        """Raises: the page offers a text field instead."""
        raise AmpsmError(
            "A page in a browser cannot open a folder dialog.",
            hint="type the path of the repository",
            code="no_native_dialog",
        )
