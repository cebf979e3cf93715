/** The page as one file: its script and its style stand in it, and its policy allows just these two, by their hashes, and no connection at all. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

const HOME = import.meta.dirname;
/** The oldest browsers with everything that the check needs. */
const TARGET = ["chrome103", "firefox104", "safari16"];

const hashed = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function policy(script: string, style: string): string {
  return ["default-src 'none'", `script-src ${hashed(script)}`, `style-src ${hashed(style)}`, "connect-src 'none'", "base-uri 'none'", "form-action 'none'"].join("; ");
}

/** Not minified: whoever wants to know what the page does can read it. */
async function script(): Promise<string> {
  const built = await build({
    configFile: false,
    root: HOME,
    logLevel: "warn",
    build: { write: false, minify: false, target: TARGET, lib: { entry: join(HOME, "page/main.ts"), formats: ["iife"], name: "verify" } },
  });
  const [output] = [built].flat();
  if (output === undefined || !("output" in output) || output.output.length !== 1) throw new Error("the page's script must be one piece");
  return output.output[0].code.replaceAll("</script", "<\\/script");
}

/** Emits verify.html beside the pages. */
export function verifyPage(): Plugin {
  return {
    name: "verify-page",
    apply: "build",
    async generateBundle() {
      const [code, style] = [await script(), readFileSync(join(HOME, "page/page.css"), "utf8")];
      const parts: Record<string, string> = { script: code, style, policy: policy(code, style) };
      const source = readFileSync(join(HOME, "index.html"), "utf8").replace(/%(script|style|policy)%/g, (_, name: string) => parts[name] ?? "");
      this.emitFile({ type: "asset", fileName: "verify.html", source });
    },
  };
}
