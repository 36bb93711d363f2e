import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import Branches from "../test/Branches.svelte";
import { click, press, settle, type } from "../test/user";

const chosen = (): string => screen.getByRole("status").textContent;
const field = (): HTMLInputElement => screen.getByRole("combobox", { name: "Branch" });

describe("a combobox", () => {
  it("narrows its list as one types and takes the first with Enter", async () => {
    render(Branches);
    field().focus();
    await type(field(), "dev");
    expect(screen.getAllByRole("option").map((option) => option.textContent.trim())).toEqual(["develop"]);
    await press("Enter");
    expect(chosen()).toBe("develop");
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("shows what cannot be chosen, with its reason, and does not choose it", async () => {
    render(Branches);
    field().focus();
    await type(field(), "release");
    expect(screen.getByRole("option").textContent).toContain("gone");
    await press("Enter");
    expect(chosen()).toBe("main");
  });

  it("goes back to what was chosen when it is left", async () => {
    render(Branches);
    field().focus();
    await type(field(), "dev");
    field().blur();
    await settle();
    expect(chosen()).toBe("main");
    expect(field().value).toBe("main");
  });

  it("takes what is typed as it is, where that is allowed", async () => {
    render(Branches, { allowOther: true });
    field().focus();
    await type(field(), "v1.2.3");
    expect(chosen()).toBe("v1.2.3");
  });

  it("opens by a click with everything in it", async () => {
    render(Branches);
    await click(field());
    expect(screen.getAllByRole("option")).toHaveLength(3);
  });
});
