"""What an iteration sends to the agent."""

from dataclasses import dataclass

from ampsm_app.backend.domain.sessions import Iteration, Outcome, Session

CONTINUE = "Please continue with the task."
_CHECK_END = 4_000


@dataclass(frozen=True)
class Prompt:
    """The text of a turn; `follow_up` says that it is the session's next follow-up."""

    text: str
    follow_up: bool = False


def next_prompt(session: Session, past: list[Iteration], notes: str | None) -> Prompt:
    """The session's prompt with its notes at first; later what was said, else what is next."""
    past = [each for each in past if each.purpose == "work"]
    if not any(reached_agent(each) for each in past):
        return Prompt(_joined(session.prompt, session.notes, notes))
    if notes:
        return Prompt(notes)
    if session.follow_ups_sent < len(session.follow_ups):
        return Prompt(session.follow_ups[session.follow_ups_sent], follow_up=True)
    check = past[-1].check if past else None
    if check is not None and check.passed is False:
        said = check.output[-_CHECK_END:]
        return Prompt(f"The check `{session.script}` failed. Its output ends with:\n\n```\n{said}\n```")
    return Prompt(CONTINUE)


def reached_agent(iteration: Iteration) -> bool:
    """Whether the agent got to see the prompt of this turn."""
    return iteration.outcome is not Outcome.ENVIRONMENT or iteration.usage.total_tokens > 0


def in_new_thread(prompt: Prompt, session: Session) -> Prompt:
    """The prompt for a fresh thread in the middle of a session: the context files carry what was before."""
    lead = (
        f"This continues earlier work on this branch. Read {session.context_dir}/SESSION.md and "
        f"{session.context_dir}/ITERATION_LOG.md first.\n\n"
    )
    return Prompt(lead + prompt.text, prompt.follow_up)


def _joined(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)
