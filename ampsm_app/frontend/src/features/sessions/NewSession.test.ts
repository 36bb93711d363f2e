import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { RepoInfo } from "$lib/generated/contract";
import { fakeApp, iteration, readyAgent, session, type FakeApp } from "$lib/testing";
import { click, settle, type } from "../../test/user";
import NewSession from "./NewSession.svelte";

const REPO: RepoInfo = {
  root: "/home/ada/core",
  name: "core",
  common_dir: "/home/ada/core/.git",
  bare: false,
  head_branch: "main",
  default_base: "develop",
  branches: [{ name: "develop", sha: "a", kind: "branch", time: null }],
  uncommitted_files: 2,
  identity: "Ada <ada@example.org>",
  git_version: "2.39.5",
  commits: 3,
  suggested_script: "make test",
  setup: null,
  setup_hash: null,
  setup_trusted: false,
  sessions: 0,
  submodules: false,
  notes: [],
};

async function opened(info: Partial<RepoInfo> = {}): Promise<FakeApp> {
  const made = session({ id: "new", name: "Made", repo_root: "/home/ada/core" });
  const mode = {
    ...readyAgent,
    models: [...readyAgent.models, { name: "alloy", available: false, reason: "this amp has no such flag" }],
  };
  const fake = fakeApp({
    snapshot: { recent_repos: ["/home/ada/core"], mode, modes: [mode] },
    answers: {
      "repo:inspect": ({ path }) => {
        if (path !== "/home/ada/core") throw new AppError({ code: "no_repository", message: `${path} is no repository.` });
        return { ...REPO, ...info };
      },
      "session:create": () => made,
      "session:start": () => iteration({ id: "i", session_id: "new" }),
    },
  });
  await fake.connect();
  render(NewSession, { context: fake.context });
  await settle();
  return fake;
}
const button = (name: string): HTMLButtonElement => screen.getByRole("button", { name });
const field = (name: string): HTMLInputElement => screen.getByLabelText(name);
const request = (fake: FakeApp, name: string): unknown => fake.sent.find((sent) => sent.name === name)?.payload;

describe("a new session", () => {
  it("starts from the recent repository and what that suggests", async () => {
    await opened();
    expect(field("Repository").value).toBe("/home/ada/core");
    expect(field("Base branch").value).toBe("develop");
    expect(field("Check script").value).toBe("make test");
    expect(screen.getByText(/2 uncommitted files in your checkout are not part/)).toBeDefined();
    expect(button("Create").disabled).toBe(true);
  });

  it("suggests a name from the prompt until one is typed", async () => {
    const fake = await opened();
    await type(field("Prompt"), "Add a login form. Keep the cookie.");
    expect(field("Name").value).toBe("Add a login form");
    await type(field("Name"), "Login");
    await type(field("Prompt"), "Something else.");
    expect(field("Name").value).toBe("Login");
    await click(button("Create"));
    expect(request(fake, "session:create")).toMatchObject({
      repo: "/home/ada/core",
      name: "Login",
      prompt: "Something else.",
      base: "develop",
      script: "make test",
      model: null,
      choice: { mode: null },
    });
    expect(request(fake, "session:start")).toBeUndefined();
    expect(fake.app.nav.sessionId).toBe("new");
  });

  it("is started too where that is asked", async () => {
    const fake = await opened();
    await type(field("Prompt"), "Do it");
    await click(button("Create and start"));
    expect(request(fake, "session:start")).toEqual({ session_id: "new" });
  });

  it("says what is wrong with a repository while it is typed", async () => {
    await opened();
    await type(field("Repository"), "/tmp/x");
    await settle(260);
    expect(screen.getByText("/tmp/x is no repository.")).toBeDefined();
    expect(button("Create").disabled).toBe(true);
  });

  it("asks for trust before a repository's own set-up may run", async () => {
    const fake = await opened({ setup: "setup:\n  script: npm ci\n" });
    await type(field("Prompt"), "Do it");
    expect(button("Create").disabled).toBe(true);
    await click(screen.getByRole("checkbox", { name: /trust this set-up/ }));
    await click(button("Create"));
    expect(request(fake, "session:create")).toMatchObject({ trust_setup: true });
  });

  it("offers models with the reason why one cannot be chosen", async () => {
    await opened();
    const options = [...field("Model").querySelectorAll("option")];
    expect(options.map(({ label, textContent, disabled }) => [label || textContent, disabled])).toEqual([
      ["default", false],
      ["alloy – this amp has no such flag", true],
    ]);
  });
});
