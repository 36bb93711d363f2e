"""One turn: the steps of a prompt, reported as they are done."""

import time
from pathlib import Path
from typing import Any

from ampsm_app.demo_agent import oddities
from ampsm_app.demo_agent.calls import Call, ToolError
from ampsm_app.demo_agent.help import CAPABILITIES
from ampsm_app.demo_agent.meter import Meter
from ampsm_app.demo_agent.report import Message, Reporter, Result, Usage
from ampsm_app.demo_agent.script import Script, Step, read_script
from ampsm_app.demo_agent.threads import Thread
from ampsm_app.demo_agent.tools import calls


class TurnEnded(Exception):
    """The turn ends before its last step: with an error, or because the user is asked."""

    def __init__(self, error: str | None = None) -> None:
        super().__init__(error)
        self.error = error


class Left(Exception):
    """The process ends now, without a result."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Turn:
    """Runs one prompt in a thread; `status` is what the process should exit with."""

    def __init__(self, reporter: Reporter, thread: Thread, folder: Path, prompt: str) -> None:
        self.status = 0
        self._reporter = reporter
        self._thread = thread
        self._folder = folder
        self._prompt = prompt
        self._script = read_script(prompt)
        self._meter = Meter(prompt, told=any(step.verb == "tokens" for step in self._script.steps))
        self._parent: str | None = None
        self._last_text = ""
        self._did: list[str] = []
        self._denials: list[str] = []
        self._cost: float | None = None

    def run(self) -> None:
        """Do every step and report the result; raises `Left` where the prompt asks for an end without one."""
        self._thread.messages.append({"role": "user", "text": self._prompt})
        self._reporter.prompt(self._prompt)
        error = None
        try:
            self._follow(self._script)
        except TurnEnded as ended:
            error = ended.error
        self._thread.messages.append({"role": "assistant", "text": error or self._last_text})
        self._reporter.result(self._result(error))
        if error is not None:
            self.status = 1

    def _result(self, error: str | None) -> Result:
        meter = self._meter
        return Result(
            self._last_text,
            error,
            meter.usage,
            meter.messages,
            meter.duration_ms,
            tuple(self._denials),
            self._cost,
        )

    def _follow(self, script: Script) -> None:
        spoke = ""
        for step in script.steps:
            before = self._last_text
            self._do(step)
            spoke = self._last_text if step.verb in {"say", "recall"} and self._last_text != before else ""
        if not spoke:
            self._say(self._summary(script), last=True)

    def _summary(self, script: Script) -> str:
        if not script.steps:
            return CAPABILITIES
        text = f"Done: {', '.join(self._did)}." if self._did else "Done."
        missed = "; ".join(part.strip()[:80] for part in script.unknown[:3])
        return f"{text} I did not understand: {missed}." if missed else text

    def _do(self, step: Step) -> None:
        todo = calls(step, self._folder)
        for call in todo:
            self._use(call)
        if step.verb == "sleep":
            self._meter.duration_ms += round(step.number * 1000)
        if not todo and not oddities.perform(step, self._thread.id):
            self._talk(step)

    def _talk(self, step: Step) -> None:
        text = step.text or ""
        match step.verb:
            case "say":
                self._say(text)
            case "say_many":
                self._say_many(step)
            case "recall":
                self._say(self._remembered())
            case "think":
                self._reporter.thinking(text, self._message(text))
            case "hostile":
                self._say(oddities.HOSTILE)
            case "long_result":
                size = int(step.number)
                self._use(Call("Reading a lot.", "Read", {"path": "/dev/zero"}, lambda: "z" * size))
            case "subagent" | "oracle":
                self._delegate(step.verb, text)
            case "tokens":
                self._say(f"Used {int(step.number)} tokens.", usage=self._meter.exactly(int(step.number)))
            case "cost":
                self._cost = (self._cost or 0) + step.number
            case "denied":
                self._ask_permission(text)
            case _:
                self._end(step)

    def _end(self, step: Step) -> None:
        match step.verb:
            case "ask":
                question = (step.text or "Which way should I go").rstrip("?. ")
                self._say(f"{question}?", last=True)
                raise TurnEnded
            case "fail":
                raise TurnEnded(step.text or "The demo agent was asked to fail.")
            case "limit":
                resets = f": resets {step.text}" if step.text else ""
                raise TurnEnded(f"429 rate limit exceeded{resets}")
            case "credits":
                raise TurnEnded("You are out of credits.")
            case "exit":
                raise Left(int(step.number))
            case "exit_after":
                self.status = int(step.number)
            case "no_result":
                raise Left(0)

    def _say(self, text: str, *, last: bool = False, usage: Usage | None = None) -> None:
        self._reporter.text(text, self._message(text, usage), last=last)
        self._last_text = text

    def _say_many(self, step: Step) -> None:
        began = time.monotonic()
        for number in range(1, int(step.number) + 1):
            if step.rate:
                time.sleep(max(0.0, began + number / step.rate - time.monotonic()))
            self._say(f"Message {number} of {int(step.number)}.")

    def _message(self, text: str, usage: Usage | None = None) -> Message:
        counted = self._meter.message(text) if usage is None else usage
        return Message(self._thread.next_id("msg"), counted, self._parent)

    def _use(self, call: Call) -> None:
        # Two lines with one message id and the same usage, as real streams have them.
        call_id = self._call(call.intent, call.name, call.arguments)
        try:
            answer, failed = call.perform(), False
        except ToolError as error:
            answer, failed = str(error), True
        self._reporter.tool_result(call_id, call.name, answer, failed=failed, parent=self._parent)
        self._did.append(f"{call.name} failed" if failed else _past(call.intent))

    def _call(self, intent: str, name: str, arguments: dict[str, Any]) -> str:
        message = self._message(intent)
        call_id = self._thread.next_id("toolu")
        self._reporter.text(intent, message)
        self._reporter.tool(call_id, name, arguments, message)
        return call_id

    def _delegate(self, verb: str, task: str) -> None:
        name, whom = ("oracle", "oracle") if verb == "oracle" else ("Task", "sub-agent")
        call_id = self._call(f"Asking the {whom}.", name, {"description": task[:60], "prompt": task})
        outer, outer_did = self._parent, self._did
        self._parent, self._did = call_id, []
        self._reporter.prompt(task, call_id)
        self._follow(read_script(task))
        self._parent, self._did = outer, [*outer_did, *self._did]
        self._reporter.tool_result(call_id, name, self._last_text, failed=False, parent=outer)

    def _ask_permission(self, command: str) -> None:
        call_id = self._call(f"Running {command}.", "Bash", {"cmd": command})
        self._reporter.tool_result(
            call_id, "Bash", "The user has not allowed this command.", failed=True, parent=self._parent
        )
        self._denials.append("Bash")

    def _remembered(self) -> str:
        earlier = self._thread.prompts()[:-1]
        if not earlier:
            return "You have asked nothing before."
        return "\n".join(f"{number}. {prompt}" for number, prompt in enumerate(earlier, 1))


def _past(intent: str) -> str:
    doing, _, rest = intent.removesuffix(".").partition(" ")
    irregular = {"Reading": "read", "Running": "ran", "Committing": "committed"}
    stem = doing.lower().removesuffix("ing")
    past = irregular.get(doing) or f"{stem}ed"
    return f"{past} {rest}".strip()
