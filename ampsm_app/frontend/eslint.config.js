import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const socketDoor = { name: "socket.io-client", message: "Talk to the server through $lib/api (useApp().api)." };
const editorDoor = { name: "codemirror", message: "Import the @codemirror/* package you need." };

/** What a room may not import, with the door to take instead. Imports go down: features → ui → lib. */
function closed(...patterns) {
  return { "no-restricted-imports": ["error", { paths: [socketDoor, editorDoor], patterns }] };
}
const noFeatures = { group: ["$features/*", "**/features/*"], message: "Features sit on top: pass a prop or a snippet." };
const noUi = { group: ["$ui/*", "**/ui/*"], message: "lib renders nothing: keep markup in ui/ or features/." };
const noStores = {
  group: ["$lib/api/*", "$lib/stores/*", "$lib/app", "$lib/app.svelte"],
  message: "ui/ knows no server: take what is shown as a prop.",
};
const noSibling = {
  regex: "^\\.\\./",
  message: "Features stay apart: import $features/<name>/<Name>.svelte, and only from session/ or the frame.",
};

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/lib/generated/"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, extraFileExtensions: [".svelte"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Both misjudge state: what changes during an await, and reads that only subscribe.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-meaningless-void-operator": "off",
      "max-lines": ["error", { max: 300 }],
      eqeqeq: "error",
      ...closed(),
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      "svelte/no-at-html-tags": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "SvelteAttribute[key.name='style']",
          message: "The page's policy blocks style attributes: use a class, or a style:… directive.",
        },
      ],
      "svelte/button-has-type": "error",
      // Thousands of rows stand in plain maps with one version counter, which is cheaper than a proxy each.
      "svelte/prefer-svelte-reactivity": "off",
      // A `let` that only `bind:` writes is a `$state`, which this rule does not see.
      "prefer-const": "off",
      "svelte/prefer-const": "error",
    },
  },
  {
    files: ["**/*.svelte"],
    rules: {
      "max-lines": ["error", { max: 150, skipBlankLines: true }],
      // Only svelte-check knows the types of snippets and of other components' props.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-redundant-type-constituents": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      // {" · "} keeps a space that the formatter of templates would drop.
      "svelte/no-useless-mustaches": "off",
    },
  },
  { files: ["src/lib/**"], rules: closed(noFeatures, noUi) },
  { files: ["src/lib/api/**"], rules: { "no-restricted-imports": ["error", { patterns: [noFeatures, noUi] }] } },
  { files: ["src/ui/**"], rules: closed(noFeatures, noStores) },
  { files: ["src/features/**"], rules: closed(noSibling) },
  // Tests go through the public door of any room.
  { files: ["src/**/*.test.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.js", "*.ts"], ...ts.configs.disableTypeChecked },
);
