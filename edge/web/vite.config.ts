/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

const node = process.env.DINH_NODE ?? "https://127.0.0.1:8443";

/**
 * What pdf.js fetches by name while it draws: fonts for documents that do not embed theirs, and the decoders of scanned
 * pages (JBIG2, JPEG 2000). They stand beside the pages under their own names, because nothing is loaded from outside.
 */
function pdfParts(): Plugin {
  const home = join(import.meta.dirname, "node_modules/pdfjs-dist");
  return {
    name: "pdf-parts",
    apply: "build",
    generateBundle() {
      for (const folder of ["standard_fonts", "wasm"]) {
        for (const name of readdirSync(join(home, folder))) {
          this.emitFile({ type: "asset", fileName: `pdf/${folder}/${name}`, source: readFileSync(join(home, folder, name)) });
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), pdfParts()],
  build: {
    outDir: "built",
    emptyOutDir: true,
    // Kiosk tablets run old Chromium builds for years; this is the oldest one with every WebCrypto call that a ballot needs.
    target: ["chrome103", "firefox104", "safari16"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      "/api": { target: node, secure: false, ws: true },
      "/mqtt": { target: node, secure: false, ws: true },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
