/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { verifyPage } from "./verify/inline.ts";

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

const PACKED = /\.(js|mjs|css|html|svg|json|wasm|pfb|ttf)$/;
const WORTH_BYTES = 1024;

/**
 * Lays a .br and a .gz beside every file that shrinks: packed once and as small as it goes, where a node that packs at each
 * visit would have to be quick. edge/http/pages.py hands them to browsers that ask.
 */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle)) {
        const whole = readFileSync(join(dir, name));
        if (!PACKED.test(name) || whole.length < WORTH_BYTES) continue;
        const smaller = { br: brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length } }), gz: gzipSync(whole, { level: 9 }) };
        for (const [end, bytes] of Object.entries(smaller)) if (bytes.length < whole.length * 0.9) writeFileSync(join(dir, `${name}.${end}`), bytes);
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), pdfParts(), verifyPage(), packed()],
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
