"""From the name of a model to the arguments that ask this binary for it."""

from collections.abc import Mapping

from ampsm_app.backend.agents.base import AgentProfile, ExtraArgs
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.health import ModelOffer

DEFAULT = "default"
_ALWAYS_OFFERED = (DEFAULT, "gpt-5", "alloy", "claude-sonnet-4", "claude-3-5-sonnet")


def model_args(profile: AgentProfile, model: str, own: Mapping[str, ExtraArgs]) -> tuple[str, ...]:
    """The arguments for a model: the user's own, a flag of its own, a mode, or `--model`.

    Raises `InvalidInput` (code `model_not_available`) naming the model, the binary and what it accepts.
    """
    found = _arguments(profile, model, own)
    if found is None:
        names = accepted(profile, own)
        raise InvalidInput(
            f"{profile.path} ({profile.version}) cannot be asked for the model {model!r}: {_reason(profile)}",
            hint=f"It takes {', '.join(names)}; or name arguments for it in amp.models.{model}.args.",
            code="model_not_available",
            model=model,
            binary=profile.path,
            accepted=names,
        )
    return found


def accepted(profile: AgentProfile, own: Mapping[str, ExtraArgs]) -> list[str]:
    """The names that this binary can be asked for; any other name too where it takes `--model`."""
    return [offer.name for offer in offers(profile, own) if offer.available]


def offers(profile: AgentProfile, own: Mapping[str, ExtraArgs]) -> tuple[ModelOffer, ...]:
    """The models to choose from: the usual names, the binary's modes and the user's own."""
    names = dict.fromkeys((*_ALWAYS_OFFERED, *profile.modes, *own))
    return tuple(_offer(profile, name, own) for name in names)


def _offer(profile: AgentProfile, name: str, own: Mapping[str, ExtraArgs]) -> ModelOffer:
    if profile.problem is not None:
        return ModelOffer(name=name, available=False, reason=profile.problem)
    if _arguments(profile, name, own) is None:
        return ModelOffer(name=name, available=False, reason=_reason(profile))
    return ModelOffer(name=name, available=True)


def _arguments(profile: AgentProfile, model: str, own: Mapping[str, ExtraArgs]) -> tuple[str, ...] | None:
    if model in own:
        return own[model].args
    if model == DEFAULT:
        return ()
    if model == "gpt-5" and profile.knows("--try-gpt5"):
        return ("--try-gpt5",)
    if model == "alloy" and profile.knows("--blend"):
        return ("--blend", "alloy-random")
    if model.lower() in profile.modes:
        return ("--mode", model.lower())
    return ("--model", model) if profile.knows("--model") else None


def _reason(profile: AgentProfile) -> str:
    modes = f"its modes are {', '.join(profile.modes)}" if profile.modes else "it lists no modes"
    return f"this Amp takes no --model, and {modes}"
