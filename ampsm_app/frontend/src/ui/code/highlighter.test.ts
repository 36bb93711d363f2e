import { describe, expect, it } from "vitest";
import { SourceHighlighter } from "./highlighter";
import { languageFor } from "./languages";

async function sourceOf(lines: string[]): Promise<SourceHighlighter> {
  const language = await languageFor("a.ts");
  if (language === null) throw new Error("no TypeScript");
  return new SourceHighlighter(lines, language);
}
function tokensOf(source: SourceHighlighter, first: number, last: number, lines: string[]): string[] {
  const found: string[] = [];
  source.tokens(first, last, (line, from, to) => found.push(`${String(line)}:${(lines[line - 1] ?? "").slice(from, to)}`));
  return found;
}

describe("a source highlighter", () => {
  it("gives the tokens of the lines asked for, as their own file has them", async () => {
    const lines = ["/* a comment", "const inside = 1;", "*/", "const outside = 2;"];
    const source = await sourceOf(lines);
    expect(source.advance(4, 1000)).toBe(true);
    expect(tokensOf(source, 2, 2, lines)).toEqual(["2:const inside = 1;"]);
    expect(tokensOf(source, 4, 4, lines)).toContain("4:const");
  });

  it("has nothing to do for no line and for lines beyond the end", async () => {
    const lines = ["let a;"];
    const source = await sourceOf(lines);
    expect(source.advance(0, 1)).toBe(true);
    expect(source.advance(99, 1000)).toBe(true);
    expect(tokensOf(source, 5, 9, lines)).toEqual([]);
  });

  it("parses a long text in slices", async () => {
    const lines = Array.from({ length: 12_000 }, (_, index) => `export const value${String(index)} = { id: ${String(index)} };`);
    const source = await sourceOf(lines);
    let slices = 1;
    while (!source.advance(12_000, 2)) slices += 1;
    expect(slices).toBeGreaterThan(1);
    expect(tokensOf(source, 12_000, 12_000, lines)).toContain("12000:export");
  });
});
