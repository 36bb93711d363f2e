import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeApp, session } from "$lib/testing";
import { click, settle } from "../../test/user";
import SquashDialog from "./SquashDialog.svelte";

const commit = (sha: string, by_agent: boolean) => ({ sha, subject: `subject ${sha}`, body: "", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent });

describe("squashing", () => {
  it("shows the commits once and sends what was chosen", async () => {
    const fake = fakeApp({
      answers: {
        "git:status": () => ({ branch: "b", head: "h", state: null, files: [], commits: [commit("1", true), commit("2", true), commit("3", false)] }),
        "merge:squash": () => ({ commit_sha: "f".repeat(40), backup_ref: "r", commits: [commit("4", true), commit("5", false)] }),
      },
    });
    await fake.connect();
    render(SquashDialog, { props: { session: session({ id: "a" }) }, context: fake.context });
    await settle(20);
    expect(screen.getByText(/2 commits of the agent become one; 1 of your own is treated/)).toBeDefined();
    await click(screen.getByRole("button", { name: "Squash" }));
    const names = fake.sent.map(({ name }) => name);
    expect(names.filter((name) => name === "git:status")).toHaveLength(1);
    expect(fake.sent.at(-1)).toEqual({ name: "merge:squash", payload: { id: "a", message: null, manual_commits: null } });
    expect(fake.app.toasts.all[0]?.title).toBe("Squashed: 2 commits now");
  });
});
