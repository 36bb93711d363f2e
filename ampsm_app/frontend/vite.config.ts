import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (folder: string): string => fileURLToPath(new URL(`./src/${folder}`, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: source("lib"), $ui: source("ui"), $features: source("features") },
    // Components are mounted in tests, which needs Svelte's browser build.
    conditions: mode === "test" ? ["browser"] : undefined,
  },
  build: {
    target: ["chrome110", "firefox115", "safari16"],
    // The page's policy allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test/setup.ts"],
  },
}));
