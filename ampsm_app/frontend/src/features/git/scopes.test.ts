import { describe, expect, it } from "vitest";
import { iteration } from "$lib/testing";
import { BY_STAGE, scopeGroups, scopeWords } from "./scopes";
import { commitOf } from "./testing";

const turns = [
  iteration({ id: "1", session_id: "s", number: 1, prompt: "Do\nit" }),
  iteration({ id: "2", session_id: "s", number: 2, prompt: "Go on" }),
  iteration({ id: "3", session_id: "s", number: 3, prompt: "Still running", outcome: null }),
];
const labels = (of: string, current = BY_STAGE): string[] =>
  scopeGroups("main", turns, [commitOf("c", "first"), commitOf("d", "second")], current)
    .filter((group) => group.label === of)
    .flatMap((group) => group.options.map((option) => option.label));

describe("what can be shown", () => {
  it("offers the worktree, turns that have ended and commits, the newest first", () => {
    expect(labels("Session")).toEqual(["By stage", "All since main"]);
    expect(labels("Iterations")).toEqual(["Between two iterations…", "Iteration 2 · Go on", "Iteration 1 · Do"]);
    expect(labels("Commits")).toEqual(["Between two commits…", "ddddddd second", "ccccccc first"]);
  });

  it("has no heading over nothing", () => {
    expect(scopeGroups("main", [], [], BY_STAGE).map((group) => group.label)).toEqual(["Session", "Uncommitted"]);
  });

  it("lists what is shown even where nobody offers it", () => {
    expect(labels("Chosen", "iterations:1..2")).toEqual(["iterations 1–2"]);
    expect(labels("Chosen", "base")).toEqual([]);
  });
});

describe("what a diff shows", () => {
  it.each([
    ["base", "since main"],
    ["committed", "committed since main"],
    ["unstaged", "not staged"],
    ["iteration:4", "iteration 4"],
    [`commit:${"c".repeat(40)}`, "commit ccccccc"],
    [`commits:${"c".repeat(40)}..worktree`, "ccccccc → worktree"],
    ["something:new", "something:new"],
  ])("is told in words: %s", (against, words) => {
    expect(scopeWords(against, "main")).toBe(words);
  });
});
