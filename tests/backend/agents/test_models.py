"""Models and modes in the three generations of Amp's command line."""

import pytest

from ampsm_app.backend.agents.base import AgentProfile, ExtraArgs
from ampsm_app.backend.agents.models import model_args, offers
from ampsm_app.backend.domain.errors import InvalidInput
from tests.backend.agents.conftest import NEWEST, OF_2025, OF_JANUARY


@pytest.mark.parametrize(
    ("profile", "model", "args"),
    [
        (OF_2025, "default", ()),
        (OF_2025, "gpt-5", ("--try-gpt5",)),
        (OF_2025, "alloy", ("--blend", "alloy-random")),
        (OF_JANUARY, "default", ()),
        (OF_JANUARY, "smart", ("--mode", "smart")),
        (OF_JANUARY, "Rush", ("--mode", "rush")),
        (NEWEST, "default", ()),
        (NEWEST, "gpt-5", ("--model", "gpt-5")),
        (NEWEST, "claude-sonnet-4", ("--model", "claude-sonnet-4")),
        (NEWEST, "ultra", ("--mode", "ultra")),
        (NEWEST, "some-model-of-tomorrow", ("--model", "some-model-of-tomorrow")),
    ],
)
def test_what_each_generation_takes(profile: AgentProfile, model: str, args: tuple[str, ...]) -> None:
    assert model_args(profile, model, {}) == args


@pytest.mark.parametrize(
    ("profile", "model"),
    [(OF_2025, "claude-sonnet-4"), (OF_2025, "smart"), (OF_JANUARY, "gpt-5"), (OF_JANUARY, "ultra")],
)
def test_what_it_cannot_express_is_an_error_that_says_what_it_can(profile: AgentProfile, model: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        model_args(profile, model, {})

    error = caught.value
    assert (error.code, error.exit_status) == ("model_not_available", 2)
    assert model in error.message
    assert profile.path in error.message
    assert str(profile.version) in error.message
    assert ", ".join(error.details["accepted"]) in (error.hint or "")


def test_the_users_own_arguments_go_before_everything() -> None:
    own = {
        "gpt-5": ExtraArgs(("--model", "gpt-5.6"), "amp.models.gpt-5.args"),
        "mine": ExtraArgs(("--fast", "--mode", "high"), "amp.models.mine.args"),
    }

    assert model_args(NEWEST, "gpt-5", own) == ("--model", "gpt-5.6")
    assert model_args(OF_JANUARY, "mine", own) == ("--fast", "--mode", "high")


def test_offers_show_what_is_missing_and_why() -> None:
    own = {"mine": ExtraArgs(("--mode", "rush"), "amp.models.mine.args")}

    shown = {offer.name: offer for offer in offers(OF_JANUARY, own)}

    assert list(shown) == [
        "default",
        "gpt-5",
        "alloy",
        "claude-sonnet-4",
        "claude-3-5-sonnet",
        "free",
        "rush",
        "smart",
        "mine",
    ]
    assert [name for name, offer in shown.items() if offer.available] == [
        "default",
        "free",
        "rush",
        "smart",
        "mine",
    ]
    assert shown["gpt-5"].reason == "this Amp takes no --model, and its modes are free, rush, smart"
    assert all(offer.available for offer in offers(NEWEST, {}))


def test_a_binary_that_cannot_be_used_offers_nothing() -> None:
    broken = NEWEST.model_copy(update={"problem": "it does not run"})

    assert {offer.reason for offer in offers(broken, {})} == {"it does not run"}
