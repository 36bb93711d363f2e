import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { settle } from "../test/user";
import Rows from "../test/Rows.svelte";

const shown = (): string[] => screen.getAllByRole("listitem").map((row) => row.textContent);

describe("a virtual list", () => {
  it("makes only the rows in sight of ten thousand", async () => {
    render(Rows, { count: 10_000 });
    await settle();
    expect(shown().length).toBeLessThan(60);
    expect(shown()[0]).toBe("row 0");
  });

  it("makes others when it is scrolled, and fewer when rows go", async () => {
    const { rerender } = render(Rows, { count: 10_000 });
    const list = screen.getByRole("list", { name: "Numbers" });
    list.scrollTop = 100_000;
    list.dispatchEvent(new Event("scroll"));
    await settle();
    expect(shown()).toContain("row 5000");
    expect(shown()).not.toContain("row 0");
    await rerender({ count: 3 });
    await settle();
    expect(shown().length).toBeLessThanOrEqual(3);
  });
});
