import { describe, expect, it } from "vitest";
import { colouredPieces, plainText } from "./ansi";

describe("escape sequences", () => {
  it("leave nothing behind in plain text", () => {
    const hostile = "a\x1b[31mred\x1b[0m \x1b]0;title\x07b \x1b[2Jc\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1bcd\x9b31me\x1b[";
    expect(plainText(hostile)).toBe("ared b clink de");
    // eslint-disable-next-line no-control-regex
    expect(plainText(hostile)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });

  it("give colours, and only these", () => {
    expect(colouredPieces("ok \x1b[1;32mpassed\x1b[0m, \x1b[91mfailed\x1b[39m\x1b[5A")).toEqual([
      { text: "ok ", tone: null, bold: false },
      { text: "passed", tone: "green", bold: true },
      { text: ", ", tone: null, bold: false },
      { text: "failed", tone: "red", bold: false },
    ]);
  });

  it("skip the numbers of palette and RGB colours", () => {
    expect(colouredPieces("\x1b[38;5;31mx\x1b[38;2;31;32;33my\x1b[34mz").map((piece) => piece.tone)).toEqual([null, null, "blue"]);
  });

  it("cannot turn the direction of the text", () => {
    expect(plainText("user\u202e admin")).toBe("user⟨U+202E⟩ admin");
  });

  it("overwrite a line at a carriage return, as progress bars do", () => {
    expect(plainText("10 %\r50 %\r100 %\nnext\r\nlast\r")).toBe("100 %\nnext\nlast");
  });

  it("keep tabs, line feeds and letters of any script", () => {
    expect(plainText("Ünï\tcödé\n日本 🙂")).toBe("Ünï\tcödé\n日本 🙂");
  });
});
