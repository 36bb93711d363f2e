import { describe, expect, it } from "vitest";
import { graphOf, type Graph, type Phase } from "./graph";
import { landingWords, movesMade, movesOf } from "./plan";
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
    expect(landingWords(preflightOf(), optionsOf({ skip_squash: true }))).toBe("3 commits land as they are, as a fast-forward.");
    expect(landingWords(preflightOf({ behind_by: 1 }), optionsOf({ skip_squash: true }))).toContain("merge commit");
    expect(landingWords(preflightOf(), optionsOf({ pull_request: true }))).toContain("Base does not move");
  });

  it("say what moves in which step", () => {
    const at = (step: "squash" | "merge" | "cleanup", options = optionsOf()) => movesOf(step, preflightOf(), options, "amp/x");
    expect(at("squash")[0]).toMatchObject({ ref: "main", to: null });
    expect(at("merge")[0]).toMatchObject({ ref: "main", from: "a1b2c3d", to: "the merged commit" });
    expect(at("merge", optionsOf({ push: true })).map((move) => move.ref)).toContain("origin/main");
    expect(at("merge", optionsOf({ pull_request: true }))[0]?.words).toBe("does not move");
    expect(at("cleanup")[1]?.words).toContain("backup");
  });

  it("say what a finished merge did", () => {
    const [base] = movesMade(mergeOf({ status: "merged", commit_sha: "e4f5a6b7".padEnd(40, "0") }), "amp/x");
    expect(base).toMatchObject({ from: "a1b2c3d", to: "e4f5a6b" });
    expect(movesMade(mergeOf({ status: "pull_request" }), "amp/x")[0]?.words).toContain("main did not move");
  });
});
