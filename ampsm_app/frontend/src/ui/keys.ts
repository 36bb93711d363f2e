const MAC = typeof navigator !== "undefined" && /Macintosh|Mac OS X/.test(navigator.userAgent);
const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↵" };
const SIGNS: Readonly<Record<string, string>> = { Mod: "Ctrl", Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

/** Keys as this platform writes them: "Mod+K" → "Ctrl K" or "⌘K"; "g s" stays as it is. */
export function spellKeys(keys: string, mac: boolean = MAC): string {
  const spell = (key: string): string => (mac ? MAC_SIGNS[key] : undefined) ?? SIGNS[key] ?? key;
  return keys
    .split(" ")
    .map((chord) => chord.split("+").map(spell).join(mac ? "" : " "))
    .join(" ");
}

/** The chord of a key event in the same spelling: "Mod+Shift+P", "j", "?". */
export function chordOf(event: KeyboardEvent, mac: boolean = MAC): string {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const letter = event.key.length === 1;
  const parts: string[] = [];
  if (mod) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  // The shift of "?" is part of the character.
  if (event.shiftKey && (!letter || mod)) parts.push("Shift");
  parts.push(letter && mod ? event.key.toUpperCase() : event.key);
  return parts.join("+");
}
