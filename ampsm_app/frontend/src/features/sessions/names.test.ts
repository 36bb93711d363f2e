import { describe, expect, it } from "vitest";
import { suggestName } from "./names";

describe("a suggested name", () => {
  it("is the first sentence, without its full stop", () => {
    expect(suggestName("Add a  login form. Keep the cookie.\nMore.")).toBe("Add a login form");
    expect(suggestName("修复登录。然后测试")).toBe("修复登录。然后测试");
  });

  it("is cut between words", () => {
    const long = "Make the export of the audit log stream its rows one page at a time to the client";
    expect(suggestName(long)).toBe("Make the export of the audit log stream its rows one page at");
    expect(suggestName("x".repeat(100))).toHaveLength(60);
  });

  it("is empty for an empty prompt", () => {
    expect(suggestName("  \n ")).toBe("");
  });
});
