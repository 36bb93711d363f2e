import { moment } from "$lib/format";
import type { Event } from "$lib/generated/contract";
import { plainText } from "$ui/code/ansi";
import { lineOf, type LogLine } from "./lines";

/** Lines as text: time, label and text, with their sections below. */
export function asText(lines: readonly LogLine[]): string {
  return lines.map(lineText).join("\n");
}

/** Events as text, as the console shows them. */
export function eventsAsText(events: readonly Event[]): string {
  return asText(events.map(lineOf).filter((line) => line !== null));
}

/** Events as they are, one JSON document a line. */
export function eventsAsJsonl(events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function lineText(line: LogLine): string {
  const stat = line.stat === null ? "" : ` +${line.stat.added} −${line.stat.deleted}`;
  const head = `${moment(line.time)}  ${line.label.padEnd(10)} ${line.text}${stat}`;
  return [head, ...line.sections.map((section) => indented(section.label, plainText(section.text)))].join("\n");
}

function indented(label: string, text: string): string {
  return `    ${label}:\n${text.replace(/^/gm, "      ")}`;
}
