"""The truth of a turn's tokens and cost, out of the several counts that a stream holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ampsm_app.backend.agents.state import MessageUsage, RawUsage, ReportedModel, State
from ampsm_app.backend.domain.usage import ModelUsage, Usage

_NOTHING = RawUsage()


@dataclass(frozen=True, slots=True)
class _Share:
    """What one model used in the main loop or in sub-agents, counted as the agent counts."""

    model: str
    counts: RawUsage
    sub_agent: bool = False
    cost_usd: float | None = None

    @property
    def tokens(self) -> int:
        return sum(self.counts)


def usage_by_model(state: State) -> tuple[ModelUsage, ...]:
    """What each model used: by `modelUsage`, else the result's `usage`, else the sum over message ids.

    Counts are uncached input, cache write, cache read and output. What sub-agents used is an entry of its
    own where the stream lets us tell; the entries always sum to the turn's truth, their costs to its cost.
    """
    result = state.result
    messages = _once_per_message(state)
    if result and result.models:
        shares = _of_models(result.models, result.usage, messages)
    elif result and result.usage is not None:
        shares = _of_result(result.usage, messages, main_model(state))
    else:
        shares = _of_messages(messages, main_model(state))
    shares = [share for share in shares if share.counts != _NOTHING or share.cost_usd]
    if result and result.cost_usd is not None and not all(share.cost_usd is not None for share in shares):
        shares = _divided(result.cost_usd, shares)
    elif result and result.cost_usd and not shares:
        shares = [_Share(main_model(state), _NOTHING, cost_usd=result.cost_usd)]
    exclusive = state.exclusive or any(counts.proves_exclusive for counts in _all_counts(state))
    return tuple(
        ModelUsage(
            model=share.model,
            usage=_normal(share.counts, exclusive=exclusive),
            cost_usd=share.cost_usd,
            sub_agent=share.sub_agent,
        )
        for share in shares
    )


def main_model(state: State) -> str:
    """The model that the main loop used, or the one asked for where the stream names none."""
    named = (entry.model for entry in reversed(state.usage.seen()) if not entry.sub_agent and entry.model)
    return next(named, None) or state.model or state.asked_model


def _once_per_message(state: State) -> list[MessageUsage]:
    # A message comes in several lines, each with the same usage, or with an output count that still grows.
    found: dict[str, MessageUsage] = {}
    nameless: list[MessageUsage] = []
    for entry in state.usage.seen():
        if entry.message_id is None:
            nameless.append(entry)
        elif entry.message_id in found:
            before = found[entry.message_id]
            found[entry.message_id] = before._replace(counts=RawUsage(*map(max, before.counts, entry.counts)))
        else:
            found[entry.message_id] = entry
    return [*found.values(), *nameless]


def _of_models(
    models: tuple[ReportedModel, ...], main: RawUsage | None, messages: list[MessageUsage]
) -> list[_Share]:
    shares: list[_Share] = []
    mixed: list[_Share] = []
    for reported in models:
        speakers = {
            message.sub_agent
            for message in messages
            if _same_model(message.model, reported.model) or len(models) == 1
        }
        share = _Share(reported.model, reported.counts, speakers == {True}, reported.cost_usd)
        (mixed if len(speakers) == 2 else shares).append(share)
    if len(mixed) == 1 and main is not None:
        # The result's own usage counts the main loop alone: what is left of it belongs to the mixed model.
        others = _sum(share.counts for share in shares if not share.sub_agent)
        return shares + _split(mixed[0], _minus(main, others))
    return shares + mixed


def _of_result(total: RawUsage, messages: list[MessageUsage], model: str) -> list[_Share]:
    subs = _sum(message.counts for message in messages if message.sub_agent)
    main = _sum(message.counts for message in messages if not message.sub_agent)
    if _plus(subs, main) == total:
        return _split(_Share(model, total), main)
    return [_Share(model, total)]


def _of_messages(messages: list[MessageUsage], model: str) -> list[_Share]:
    shares: dict[tuple[str, bool], RawUsage] = {}
    for message in messages:
        key = (message.model or model, message.sub_agent)
        shares[key] = _plus(shares.get(key, _NOTHING), message.counts)
    return [_Share(name, counts, sub_agent) for (name, sub_agent), counts in shares.items()]


def _split(share: _Share, main: RawUsage) -> list[_Share]:
    subs = _minus(share.counts, main)
    if min(*main, *subs) < 0:
        return [share]
    parts = [replace(share, counts=main), replace(share, counts=subs, sub_agent=True)]
    parts = [part for part in parts if part.counts != _NOTHING] or [share]
    return parts if share.cost_usd is None else _divided(share.cost_usd, parts)


def _divided(cost_usd: float, shares: list[_Share]) -> list[_Share]:
    """The shares with a cost each: what was reported for all of them, by their tokens."""
    tokens = sum(share.tokens for share in shares)
    costs = [cost_usd * share.tokens / tokens if tokens else 0.0 for share in shares]
    costs[0] += cost_usd - sum(costs)
    return [replace(share, cost_usd=cost) for share, cost in zip(shares, costs, strict=True)]


def _normal(counts: RawUsage, *, exclusive: bool) -> Usage:
    cached = counts.cache_write + counts.cache_read
    uncached = counts.input if exclusive else max(0, counts.input - cached)
    return Usage.of(uncached, counts.cache_write, counts.cache_read, counts.output)


def _all_counts(state: State) -> Iterable[RawUsage]:
    yield from (entry.counts for entry in state.usage.seen())
    if state.result is not None:
        yield from (reported.counts for reported in state.result.models)
        if state.result.usage is not None:
            yield state.result.usage


def _same_model(named: str | None, reported: str) -> bool:
    return named is not None and (named == reported or reported.startswith(f"{named}["))


def _plus(one: RawUsage, other: RawUsage) -> RawUsage:
    return RawUsage(*(a + b for a, b in zip(one, other, strict=True)))


def _minus(one: RawUsage, other: RawUsage) -> RawUsage:
    return RawUsage(*(a - b for a, b in zip(one, other, strict=True)))


def _sum(counts: Iterable[RawUsage]) -> RawUsage:
    total = _NOTHING
    for more in counts:
        total = _plus(total, more)
    return total
