import { describe, expect, it } from "vitest";
import { joinEndings, splitEndings } from "./endings";
import { languageFor, languageKey } from "./languages";

describe("line endings", () => {
  it.each(["a\r\nb\r\n", "a\nb", "a\r\nb\n", "a\rb", ""])("of %j come back as they were", (text) => {
    expect(joinEndings(splitEndings(text))).toBe(text);
  });

  it("are out of sight where all lines share them", () => {
    expect(splitEndings("a\r\nb\r\n").text).toBe("a\nb\n");
    expect(splitEndings("a\r\nb\n").text).toBe("a\r\nb\n");
  });
});

describe("languages", () => {
  it("are known by extension and by name", () => {
    expect(languageKey("src/a/App.TSX")).toBe("tsx");
    expect(languageKey("deploy/Dockerfile")).toBe("dockerfile");
    expect(languageKey("LICENSE")).toBeNull();
    expect(languageKey("weird.name/with.unknownext")).toBeNull();
  });

  it("are fetched when asked for", async () => {
    expect(await languageFor("a.py")).not.toBeNull();
    expect(await languageFor("a.sh")).not.toBeNull();
    expect(await languageFor("a.bin")).toBeNull();
  });
});
