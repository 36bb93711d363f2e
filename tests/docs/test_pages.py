"""The written pages: their links lead somewhere, and nothing of one machine is in them."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, pages

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_PATH = re.compile(
    r"`(?P<path>(?:ampsm_app|backend|build|cli|desktop|docs|services|store|tests|web|git|exec|config|agents|lib|features)/[\w./-]+)`"
)
# Written apart, so that this file does not name them either.
_FOREIGN = re.compile(
    "registry" r"\.npmjs|registry" r"\.yarnpkg|" "files" r"\.pythonhosted|/(?:home|root|Users|work|tmp)/\w"
)
_PLACES = (ROOT, ROOT / "ampsm_app", ROOT / "ampsm_app" / "backend", ROOT / "ampsm_app" / "frontend" / "src")
PAGES = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages()]


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be linked."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", page.read_text("utf-8")), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: Path) -> None:
    for found in _LINK.finditer(_CODE.sub("", page.read_text("utf-8"))):
        target, _, anchor = unquote(found["target"]).partition("#")
        if target.startswith(("https://", "http://")):
            continue
        linked = (page.parent / target) if target else page
        assert linked.exists(), found["target"]
        assert not anchor or anchor in anchors(linked), found["target"]


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page: Path) -> None:
    for found in _PATH.finditer(page.read_text("utf-8")):
        path = found["path"]
        assert any((place / path).exists() or list(place.glob(f"{path}*")) for place in _PLACES), path


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_one_machine_is_in_a_page(page: Path) -> None:
    found = _FOREIGN.search(page.read_text("utf-8"))
    assert found is None, found


def test_every_guide_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    linked = {found["target"].partition("#")[0] for found in _LINK.finditer(readme)}
    guides = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md")}
    assert guides <= linked


def test_pictures_are_small_enough_to_be_read_on_the_way() -> None:
    large = [each.name for each in (ROOT / "docs" / "images").glob("*.png") if each.stat().st_size > 300_000]
    assert not large
