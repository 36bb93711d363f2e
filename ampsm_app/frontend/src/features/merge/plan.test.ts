import { describe, expect, it } from "vitest";
import { graphOf, type Graph, type Phase } from "./graph";
import { askedWords, landingWords, movesMade, movesOf } from "./plan";
import { commitLine, mergeOf, optionsOf, preflightOf } from "./testing";

const kinds = (graph: Graph): string => graph.dots.map((dot) => dot.kind[0]).join("");
const labelled = (graph: Graph, kind: string): { x: number; text: string } | undefined => graph.labels.find((label) => label.kind === kind);
const draw = (phase: Phase, options = optionsOf(), preflight = preflightOf({ behind_by: 2 })): Graph => graphOf(preflight, options, phase);

describe("the graph", () => {
  it("shows base and session as they are", () => {
    const graph = draw("now");
    expect(kinds(graph)).toBe("bbbbama");
    expect(labelled(graph, "base")?.x).toBe(graph.dots[3]?.x);
    expect(labelled(graph, "session")?.x).toBe(graph.dots[6]?.x);
  });

  it("shows the squashed commit with manual ones above it", () => {
    expect(kinds(draw("squashed"))).toBe("bbbbnm");
    expect(kinds(draw("squashed", optionsOf({ manual_commits: "include" })))).toBe("bbbbn");
  });

  it("moves base only when it lands", () => {
    const [planned, landed] = [draw("rebased"), draw("landed")];
    expect(labelled(planned, "base")?.x).toBe(planned.dots[3]?.x);
    expect(planned.lines.filter((line) => line.planned)).toHaveLength(2);
    expect(labelled(landed, "base")?.x).toBeGreaterThan(labelled(planned, "base")?.x ?? 0);
    expect(landed.lines.some((line) => line.planned)).toBe(false);
    expect(labelled(draw("cleaned"), "session")).toBeUndefined();
  });

  it("ties commits to base by a merge commit where asked, and where base moved", () => {
    expect(kinds(draw("landed", optionsOf({ no_ff: true })))).toBe("bbbbnmn");
    expect(kinds(draw("landed", optionsOf({ skip_squash: true })))).toBe("bbbbaman");
    expect(kinds(draw("landed", optionsOf({ skip_squash: true }), preflightOf({ behind_by: 0 })))).toContain("bbama");
  });

  it("leaves base alone for a pull request", () => {
    expect(kinds(draw("landed", optionsOf({ pull_request: true })))).toBe(kinds(draw("now")));
  });

  it("stays small however many commits there are", () => {
    const many = preflightOf({ behind_by: 400, commits: Array.from({ length: 300 }, (_, index) => commitLine(`amp: ${index}`)) });
    const graph = graphOf(many, optionsOf(), "now");
    expect(graph.width).toBeLessThan(420);
    expect(graph.labels.filter((label) => label.kind === "more").map((label) => label.text)).toEqual(["+397", "+295"]);
  });
});

describe("the words", () => {
  it("say what lands", () => {
    expect(landingWords(preflightOf(), optionsOf())).toBe("2 commits become one; 1 commit of yours follows, in order.");
    expect(landingWords(preflightOf(), optionsOf({ manual_commits: "include" }))).toBe("3 commits become one.");
    expect(landingWords(preflightOf({ manual_as: "include" }), optionsOf())).toBe("3 commits become one.");
    expect(landingWords(preflightOf(), optionsOf({ skip_squash: true }))).toBe("3 commits land as they are, as a fast-forward.");
    expect(landingWords(preflightOf({ behind_by: 1 }), optionsOf({ skip_squash: true }))).toContain("merge commit");
    expect(landingWords(preflightOf(), optionsOf({ pull_request: true }))).toContain("Base does not move");
  });

  it("say what moves in which step", () => {
    const at = (step: "squash" | "merge" | "cleanup", options = optionsOf()) => movesOf(step, { preflight: preflightOf(), options, merge: null, branch: "amp/x", pushed: null });
    expect(at("squash")[0]).toMatchObject({ ref: "main", to: null });
    expect(at("merge")[0]).toMatchObject({ ref: "main", from: "a1b2c3d", to: "the merged commit" });
    expect(at("merge", optionsOf({ push: true })).map((move) => move.ref)).toContain("origin/main");
    expect(at("merge", optionsOf({ pull_request: true }))[0]?.words).toBe("does not move");
    expect(at("cleanup")[1]?.words).toContain("backup");
  });

  it("name each ref of a step with what it is at", () => {
    const merge = mergeOf({ status: "conflict", tree: "7ee5".padEnd(40, "0"), commit_sha: "c0ffee".padEnd(40, "0") });
    const outlook = { preflight: preflightOf(), options: optionsOf(), merge, branch: "amp/x", pushed: null };
    expect(movesOf("conflicts", outlook)[2]).toMatchObject({ ref: "refs/ampsm/merge/m1", to: "7ee5000" });
    expect(movesOf("check", outlook)[2]).toMatchObject({ ref: ".worktrees/.check", to: "7ee5000" });
    expect(movesOf("merge", outlook)[0]).toMatchObject({ from: "a1b2c3d", to: "c0ffee0" });
    const request = { ...outlook, merge: null, options: optionsOf({ pull_request: true }), pushed: "b".repeat(40) };
    expect(movesOf("merge", request)[1]).toMatchObject({ ref: "origin/amp/x", from: "bbbbbbb", to: "5e55104" });
  });

  it("say what came of asking the agent", () => {
    const asked = (more: object) => askedWords({ iteration: 2, outcome: "completed", settled: [], refused: [], dropped: [], ...more });
    expect(asked({ settled: ["a", "b"] })).toEqual({ text: "The agent settled 2 files.", tone: "ok" });
    expect(asked({ refused: [{ path: "a", code: "untouched", reason: "" }], dropped: ["x"] })).toEqual({
      text: "The agent settled 0 files; 1 answer was not taken. What it changed besides was dropped: x.",
      tone: "warn",
    });
    expect(asked({ outcome: "cancelled" }).text).toContain("as they were");
    expect(asked({ outcome: "failed" }).tone).toBe("bad");
  });

  it("say what a finished merge did", () => {
    const [base] = movesMade(mergeOf({ status: "merged", commit_sha: "e4f5a6b7".padEnd(40, "0") }), "amp/x");
    expect(base).toMatchObject({ from: "a1b2c3d", to: "e4f5a6b" });
    const request = movesMade(mergeOf({ status: "pull_request" }), "amp/x");
    expect(request[0]).toMatchObject({ ref: "origin/amp/x", to: "5e55104", words: "was pushed" });
    expect(request[1]).toMatchObject({ ref: "main", to: null, words: "did not move" });
    const unpushed = mergeOf({ status: "merged", code: "push_unfinished", options: optionsOf({ push: true }) });
    expect(movesMade(unpushed, "amp/x")[2]).toMatchObject({ ref: "origin/main", to: null, words: "was not pushed" });
  });
});
