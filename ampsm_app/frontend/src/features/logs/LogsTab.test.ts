import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { Event, EventData, EventQuery } from "$lib/generated/contract";
import { event, fakeApp, iteration, session, type FakeApp } from "$lib/testing";
import LogsTab from "./LogsTab.svelte";

const said = (text: string): EventData => ({ type: "assistant_message", text, message_id: null, parent_tool_use_id: null });
const called: EventData = {
  type: "tool_call",
  tool_use_id: "t",
  tool_name: "Bash",
  args: { cmd: "pnpm test" },
  start_time: null,
  end_time: null,
  duration_ms: 300,
  success: false,
  result: "\x1b[31mFAIL\x1b[0m <b>bold</b>",
  parent_tool_use_id: null,
};

async function open(events: Event[]): Promise<FakeApp> {
  const fake = fakeApp({
    answers: {
      "events:page": ({ types = [], search, before_seq: before }: EventQuery) => ({
        events: events.filter(
          (each) =>
            (types.length === 0 || types.includes(each.data.type)) &&
            (!search || JSON.stringify(each.data).includes(search)) &&
            each.seq < (before ?? Infinity),
        ),
        more: false,
      }),
      "session:get": () => ({ session: session({ id: "s" }), iterations: [iteration({ id: "i1", session_id: "s" })], merge: null, busy: false }),
      "iteration:output": () => ({ text: "raw line\n", next_offset: null, size: 9 }),
    },
    snapshot: { seq: 100 },
  });
  await fake.connect();
  fake.app.detail.open("s");
  await fake.app.detail.reload();
  render(LogsTab, { props: { sessionId: "s" }, context: fake.context });
  await waitFor(() => expect(fake.sent.some((request) => request.name === "events:page")).toBe(true));
  return fake;
}
const rows = (): HTMLElement[] => within(screen.getByRole("list", { name: "Events" })).queryAllByRole("listitem");

describe("the Logs tab", () => {
  it("shows events one line each and opens a call to its result", async () => {
    await open([event(1, "s", said("hello")), event(2, "s", called)]);
    await screen.findByText("hello");
    const line = screen.getByRole("button", { name: /Bash/ });
    expect(line.textContent).toContain("pnpm test · failed in 0.3 s");
    line.click();
    const result = await screen.findByLabelText("Result");
    expect(result.textContent).toBe("FAIL <b>bold</b>");
    expect(result.querySelector("b")).toBeNull();
    line.click();
    await waitFor(() => expect(screen.queryByLabelText("Result")).toBeNull());
  });

  it("never makes markup of what an agent says", async () => {
    await open([event(1, "s", said('<img src=x onerror="window.hurt = 1"><script>window.hurt = 1</script>'))]);
    await screen.findByText(/<img src=x/);
    expect(document.querySelector("img")).toBeNull();
    expect("hurt" in window).toBe(false);
  });

  it("adds what happens now", async () => {
    const fake = await open([]);
    await screen.findByText("Nothing happened yet");
    fake.emit("s", said("live"));
    await screen.findByText("live");
    fake.emit("other", said("elsewhere"));
    expect(screen.queryByText("elsewhere")).toBeNull();
  });

  it("asks the server for the kinds and words that are wanted", async () => {
    const fake = await open([event(1, "s", said("hello")), event(2, "s", called)]);
    await waitFor(() => expect(rows()).toHaveLength(2));
    screen.getByRole("button", { name: "Tools" }).click();
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(fake.sent.at(-1)?.payload).toMatchObject({ types: ["tool_start", "tool_call"] });
    const field = screen.getByRole<HTMLInputElement>("searchbox", { name: "Search the log" });
    field.value = "nothing of it";
    field.dispatchEvent(new window.Event("input", { bubbles: true }));
    await screen.findByText("No event passes the filter");
  });

  it("shows the raw output of a turn", async () => {
    await open([]);
    screen.getByRole("button", { name: "Raw output" }).click();
    await screen.findByText("raw line");
    expect(screen.getByText("9 characters")).toBeTruthy();
  });

  it("cuts a message of many megabytes until more is asked for", async () => {
    await open([event(1, "s", said("word ".repeat(2_000_000)))]);
    const line = await screen.findByRole("button", { name: /agent/ });
    expect(line.textContent.length).toBeLessThan(1000);
    line.click();
    const text = await screen.findByLabelText("Message");
    expect(text.textContent).toHaveLength(20_000);
    screen.getByRole("button", { name: "Show more" }).click();
    await waitFor(() => expect(text.textContent).toHaveLength(220_000));
  });
});
