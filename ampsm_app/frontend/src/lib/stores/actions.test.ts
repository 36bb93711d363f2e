import { afterEach, describe, expect, it } from "vitest";
import { chordOf } from "../../ui/keys";
import { Actions } from "./actions.svelte";

function keyboard(actions: Actions) {
  return (key: string, target: EventTarget = document.body, options: KeyboardEventInit = {}): boolean => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
    Object.defineProperty(event, "target", { value: target });
    return actions.handle(event, chordOf(event, false));
  };
}
const action = (id: string, keys: string, ran: string[]) => ({ id, keys, label: id, group: "Test", run: () => ran.push(id) });

describe("actions", () => {
  afterEach(() => document.body.replaceChildren());

  it("run by their keys, and by two pressed one after the other", () => {
    const ran: string[] = [];
    const actions = new Actions();
    actions.register([action("new", "n", ran), action("sessions", "g s", ran), action("stage", "s", ran)]);
    const press = keyboard(actions);
    press("n");
    press("s");
    press("g");
    press("s");
    expect(ran).toEqual(["new", "stage", "sessions"]);
  });

  it("leave letters to fields, but not keys with Ctrl", () => {
    const ran: string[] = [];
    const actions = new Actions();
    actions.register([action("new", "n", ran), action("palette", "Mod+K", ran)]);
    const field = document.body.appendChild(document.createElement("input"));
    const press = keyboard(actions);
    expect(press("n", field)).toBe(false);
    expect(press("k", field, { ctrlKey: true })).toBe(true);
    expect(ran).toEqual(["palette"]);
  });

  it("wait while a dialog is open", () => {
    const ran: string[] = [];
    const actions = new Actions();
    actions.register([action("new", "n", ran)]);
    document.body.appendChild(document.createElement("dialog")).setAttribute("open", "");
    expect(keyboard(actions)("n")).toBe(false);
  });

  it("go when who registered them goes, and the later of two counts", () => {
    const ran: string[] = [];
    const actions = new Actions();
    actions.register([action("first", "j", ran)]);
    const leave = actions.register([action("second", "j", ran)]);
    const press = keyboard(actions);
    press("j");
    leave();
    press("j");
    expect(ran).toEqual(["second", "first"]);
    expect(actions.all.map(({ id }) => id)).toEqual(["first"]);
  });

  it("that are not possible now do nothing", () => {
    const ran: string[] = [];
    const actions = new Actions();
    actions.register([{ ...action("merge", "m", ran), enabled: () => false }]);
    expect(keyboard(actions)("m")).toBe(false);
  });
});
