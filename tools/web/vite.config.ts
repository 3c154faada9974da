// Builds the page into build/site: plain files, addressed relative to the page, nothing from elsewhere.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { pythonFiles } from "./python_files.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [pythonFiles(here("../.."))],
  worker: { format: "es", plugins: () => [pythonFiles(here("../.."))] },
  build: {
    outDir: here("../../build/site"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
});
