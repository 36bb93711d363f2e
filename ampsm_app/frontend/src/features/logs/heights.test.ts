import { describe, expect, it } from "vitest";
import { isCut, ROW, rowHeight, textHeight, TEXT_LINE } from "./heights";
import type { LogLine } from "./lines";

const line = (...texts: string[]): LogLine => ({
  seq: 1,
  time: "",
  type: "tool_call",
  iterationId: null,
  label: "",
  tone: "neutral",
  text: "",
  sections: texts.map((text) => ({ label: "x", text })),
  stat: null,
  nested: false,
  toolUseId: null,
});

describe("a row", () => {
  it("is one line when closed, and as high as its sections when open", () => {
    expect(rowHeight(line("a"), undefined)).toBe(ROW);
    expect(rowHeight(line("a", "b"), 100)).toBeGreaterThan(rowHeight(line("a"), 100));
  });

  it("grows with the text, not without end", () => {
    const of = (text: string): number => textHeight({ label: "", text }, 1e9);
    expect(of("a\nb\n") - of("a\n")).toBe(TEXT_LINE);
    expect(of("x".repeat(250)) - of("x")).toBe(2 * TEXT_LINE);
    expect(of("x\n".repeat(10_000))).toBe(of("x".repeat(50_000_000)));
  });

  it("knows when text is cut", () => {
    expect(isCut({ label: "", text: "abc" }, 2)).toBe(true);
    expect(rowHeight(line("abc"), 2)).toBeGreaterThan(rowHeight(line("ab"), 2));
  });
});
