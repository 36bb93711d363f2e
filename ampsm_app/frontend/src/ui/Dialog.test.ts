import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import Ask from "../test/Ask.svelte";
import { click, press, settle } from "../test/user";

async function opened(): Promise<HTMLElement> {
  render(Ask);
  const button = screen.getByRole("button", { name: "Open" });
  button.focus();
  await click(button);
  return screen.getByRole("dialog", { name: "Question" });
}

describe("a dialog", () => {
  it("gives the focus to its first field", async () => {
    await opened();
    expect(document.activeElement).toBe(screen.getByLabelText("Answer"));
  });

  it("keeps the Tab key inside, both ways round", async () => {
    await opened();
    screen.getByRole("button", { name: "Last" }).focus();
    await press("Tab");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Close" }));
    await press("Tab", { shiftKey: true });
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Last" }));
  });

  it("gives the focus back when it is closed", async () => {
    const dialog = await opened();
    dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
    await settle();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Open" }));
  });
});
