/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const node = process.env.DINH_NODE ?? "https://127.0.0.1:8443";

export default defineConfig({
  plugins: [react()],
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
