"""Builds the frontend into the wheel and the source archive."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface[Any]):
    """Runs before hatchling collects files. An archive brings the built page along and needs no Node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless this is an editable install, which serves the page from the checkout."""
        if version == "editable":
            return
        folder = Path(self.root) / "build"
        page = Path(self.root) / "ampsm_app" / "frontend" / "dist" / "index.html"
        if not (page.is_file() and (Path(self.root) / "PKG-INFO").is_file()):
            sys.path.insert(0, str(folder))
            import frontend

            frontend.install_packages()
            frontend.build()
        build_data["artifacts"].append("ampsm_app/frontend/dist/**")
