import { StreamLanguage, type StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

type Loader = () => Promise<Extension>;

/** Wraps a CodeMirror 5 mode; its module is only fetched when a file needs it. */
function stream<Module>(load: () => Promise<Module>, pick: (module: Module) => StreamParser<unknown>): Loader {
  return async () => StreamLanguage.define(pick(await load()));
}

const javascript = async (jsx: boolean, typescript: boolean): Promise<Extension> =>
  (await import("@codemirror/lang-javascript")).javascript({ jsx, typescript });
const clike = (pick: (module: typeof import("@codemirror/legacy-modes/mode/clike")) => StreamParser<unknown>): Loader =>
  stream(() => import("@codemirror/legacy-modes/mode/clike"), pick);

const byExtension: [extensions: string, load: Loader][] = [
  ["js mjs cjs", () => javascript(false, false)],
  ["jsx", () => javascript(true, false)],
  ["ts mts cts", () => javascript(false, true)],
  ["tsx", () => javascript(true, true)],
  ["py pyi pyw", async () => (await import("@codemirror/lang-python")).python()],
  ["rs", async () => (await import("@codemirror/lang-rust")).rust()],
  ["go", async () => (await import("@codemirror/lang-go")).go()],
  ["java", async () => (await import("@codemirror/lang-java")).java()],
  ["c h cc cpp cxx hpp hh ino", async () => (await import("@codemirror/lang-cpp")).cpp()],
  ["php phtml", async () => (await import("@codemirror/lang-php")).php()],
  ["sql", async () => (await import("@codemirror/lang-sql")).sql()],
  ["css scss less", async () => (await import("@codemirror/lang-css")).css()],
  ["html htm svelte vue astro", async () => (await import("@codemirror/lang-html")).html()],
  ["xml svg xsd xsl plist csproj xaml", async () => (await import("@codemirror/lang-xml")).xml()],
  ["json jsonl ndjson jsonc webmanifest map", async () => (await import("@codemirror/lang-json")).json()],
  ["yaml yml", async () => (await import("@codemirror/lang-yaml")).yaml()],
  ["md markdown mdx", async () => (await import("@codemirror/lang-markdown")).markdown()],
  ["sh bash zsh fish ksh", stream(() => import("@codemirror/legacy-modes/mode/shell"), (mode) => mode.shell)],
  ["toml", stream(() => import("@codemirror/legacy-modes/mode/toml"), (mode) => mode.toml)],
  ["ini cfg conf properties env", stream(() => import("@codemirror/legacy-modes/mode/properties"), (mode) => mode.properties)],
  ["rb rake gemspec", stream(() => import("@codemirror/legacy-modes/mode/ruby"), (mode) => mode.ruby)],
  ["swift", stream(() => import("@codemirror/legacy-modes/mode/swift"), (mode) => mode.swift)],
  ["lua", stream(() => import("@codemirror/legacy-modes/mode/lua"), (mode) => mode.lua)],
  ["pl pm", stream(() => import("@codemirror/legacy-modes/mode/perl"), (mode) => mode.perl)],
  ["r", stream(() => import("@codemirror/legacy-modes/mode/r"), (mode) => mode.r)],
  ["jl", stream(() => import("@codemirror/legacy-modes/mode/julia"), (mode) => mode.julia)],
  ["hs", stream(() => import("@codemirror/legacy-modes/mode/haskell"), (mode) => mode.haskell)],
  ["ps1 psm1", stream(() => import("@codemirror/legacy-modes/mode/powershell"), (mode) => mode.powerShell)],
  ["diff patch", stream(() => import("@codemirror/legacy-modes/mode/diff"), (mode) => mode.diff)],
  ["proto", stream(() => import("@codemirror/legacy-modes/mode/protobuf"), (mode) => mode.protobuf)],
  ["cmake", stream(() => import("@codemirror/legacy-modes/mode/cmake"), (mode) => mode.cmake)],
  ["kt kts", clike((mode) => mode.kotlin)],
  ["scala sc", clike((mode) => mode.scala)],
  ["cs", clike((mode) => mode.csharp)],
  ["dart", clike((mode) => mode.dart)],
  ["m mm", clike((mode) => mode.objectiveC)],
  ["groovy gradle jenkinsfile", stream(() => import("@codemirror/legacy-modes/mode/groovy"), (mode) => mode.groovy)],
  ["clj cljs cljc edn", stream(() => import("@codemirror/legacy-modes/mode/clojure"), (mode) => mode.clojure)],
  ["erl hrl", stream(() => import("@codemirror/legacy-modes/mode/erlang"), (mode) => mode.erlang)],
  ["fs fsx fsi", stream(() => import("@codemirror/legacy-modes/mode/mllike"), (mode) => mode.fSharp)],
  ["ml mli", stream(() => import("@codemirror/legacy-modes/mode/mllike"), (mode) => mode.oCaml)],
  ["vb vbs", stream(() => import("@codemirror/legacy-modes/mode/vb"), (mode) => mode.vb)],
  ["sass", stream(() => import("@codemirror/legacy-modes/mode/sass"), (mode) => mode.sass)],
  ["nginx", stream(() => import("@codemirror/legacy-modes/mode/nginx"), (mode) => mode.nginx)],
];

const byName: Record<string, string> = {
  dockerfile: "dockerfile",
  containerfile: "dockerfile",
  "cmakelists.txt": "cmake",
  gemfile: "rb",
  rakefile: "rb",
  jenkinsfile: "jenkinsfile",
  "nginx.conf": "nginx",
  ".bashrc": "sh",
  ".zshrc": "sh",
  ".profile": "sh",
  ".gitconfig": "ini",
  ".editorconfig": "ini",
  ".npmrc": "ini",
};

const loaders = new Map<string, Loader>(
  byExtension.flatMap(([names, load]) => names.split(" ").map((name): [string, Loader] => [name, load])),
);
loaders.set("dockerfile", stream(() => import("@codemirror/legacy-modes/mode/dockerfile"), (mode) => mode.dockerFile));

/** What names the language of a path: its extension, or a name known as a whole; null where neither is known. */
export function languageKey(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const key = byName[name] ?? (name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "");
  return loaders.has(key) ? key : null;
}

/** The syntax of a path's language, fetched when first asked for; null where it has none or cannot be fetched. */
export async function languageFor(path: string): Promise<Extension | null> {
  const load = loaders.get(languageKey(path) ?? "");
  if (load === undefined) return null;
  try {
    return await load();
  } catch {
    return null;
  }
}
