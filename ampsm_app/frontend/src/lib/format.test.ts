import { describe, expect, it } from "vitest";
import { age, baseName, clock, duration, money, plural, tildePath, tokens } from "./format";

describe("words for numbers", () => {
  it("write lengths of time", () => {
    expect([12, 420, 8_400, 72_000, 7_500_000].map(duration)).toEqual(["12 ms", "0.4 s", "8.4 s", "1 m 12 s", "2 h 5 m"]);
  });

  it("write ages", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    const ago = (seconds: number): string => age(new Date(now - seconds * 1000).toISOString(), now);
    expect([5, 120, 3 * 3600, 86_400, 20 * 86_400].map(ago)).toEqual(["now", "2 m", "3 h", "1 d", "2 w"]);
  });

  it("write the time of day, midnight too", () => {
    expect(clock(new Date(2026, 10, 20, 0, 5, 9).toISOString())).toBe("00:05:09");
    expect(clock(new Date(2026, 10, 20, 23, 59, 0).toISOString())).toBe("23:59:00");
  });

  it("mark where a price comes from and never write 0 for unknown", () => {
    expect(money(0.412, "reported")).toBe("$0.41");
    expect(money(0.412, "estimated")).toBe("~$0.41");
    expect(money(0.0042, "reported")).toBe("$0.0042");
    expect(money(null, "unknown")).toBe("unknown");
  });

  it("write counts and paths", () => {
    expect([812, 41_230, 1_920_000].map(tokens)).toEqual(["812", "41,230", "1.92 M"]);
    expect([plural(1, "file"), plural(3, "branch", "branches")]).toEqual(["1 file", "3 branches"]);
    expect([baseName("/a/b/"), baseName("C:\\x\\y")]).toEqual(["b", "y"]);
    expect([tildePath("/home/ada/x", "/home/ada"), tildePath("/home/adam", "/home/ada")]).toEqual(["~/x", "/home/adam"]);
  });
});
