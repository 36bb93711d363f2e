import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import { fakeApp, session } from "$lib/testing";
import { click } from "../../test/user";
import DeleteDialog from "./DeleteDialog.svelte";

const LOSS = { unmerged_commits: 3, uncommitted_files: null, submodule_commits: 0, not_kept: [], merged: false };

describe("deleting sessions", () => {
  it("first names what would be lost, and deletes only when told again", async () => {
    const fake = fakeApp({
      snapshot: { sessions: [session({ id: "a", name: "Alpha" }), session({ id: "b", name: "Beta" })], total: 2 },
      answers: {
        "session:delete": ({ id, force }) => {
          if (id === "a" && !force) throw new AppError({ code: "would_lose_work", message: "…", details: { loss: LOSS } });
          return { deleted: true, loss: LOSS, point: null };
        },
      },
    });
    await fake.connect();
    fake.app.nav.show({ kind: "delete", ids: ["a", "b"] });
    render(DeleteDialog, { props: { ids: ["a", "b"] }, context: fake.context });
    await click(screen.getByRole("button", { name: "Delete" }));
    expect(screen.getByText("3 commits that are nowhere else")).toBeDefined();
    expect(screen.getByText("An unknown number of uncommitted files")).toBeDefined();
    expect(fake.app.nav.overlay).not.toBeNull();
    await click(screen.getByRole("button", { name: "Delete anyway" }));
    const asked = fake.sent.filter(({ name }) => name === "session:delete").map(({ payload }) => payload);
    expect(asked).toEqual([{ id: "a", force: false }, { id: "b", force: false }, { id: "a", force: true }]);
    expect(fake.app.nav.overlay).toBeNull();
  });

  it("shows any other failure and stays", async () => {
    const fake = fakeApp({
      snapshot: { sessions: [session({ id: "a", name: "Alpha" })], total: 1 },
      answers: {
        "session:delete": () => {
          throw new AppError({ code: "busy", message: "A turn is running.", hint: "Stop it first." });
        },
      },
    });
    await fake.connect();
    render(DeleteDialog, { props: { ids: ["a"] }, context: fake.context });
    await click(screen.getByRole("button", { name: "Delete" }));
    expect(screen.getByRole("alert").textContent).toContain("Stop it first.");
    expect(screen.getByRole("button", { name: "Delete" })).toBeDefined();
  });
});
