import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

/** The floors of the house: ground, then meeting, cameras and house side by side, then main. Nobody imports upward or sideways. */
const rooms = ["meeting", "cameras", "house"];
const roof = ["**/main", "**/routes"];

function floor(folder, forbidden) {
  const patterns = forbidden.map((group) => ({
    group: group.startsWith("**/") ? [group, `${group}.tsx`] : [`../${group}`, `../${group}/**`, `**/../${group}/**`],
    message: `src/${folder} must not import this: ground imports nobody, rooms import only ground, only main composes.`,
  }));
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

export default defineConfig(
  { ignores: ["built", "node_modules", "src/ground/*.gen.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-empty-function": ["error", { allow: ["arrowFunctions"] }],
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
      "max-lines-per-function": ["error", { max: 120, skipComments: true, skipBlankLines: true }],
      "max-params": ["error", 5],
      complexity: ["error", 15],
    },
  },
  { files: ["tests/**"], rules: { "max-lines-per-function": "off" } },
  {
    files: ["verify/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["../../*", "**/src/**"], message: "The verifier shares nothing with the pages that voted." }] }] },
  },
  { files: ["src/**/*.{ts,tsx}"], plugins: { "react-hooks": hooks }, rules: hooks.configs.recommended.rules },
  floor("ground", [...rooms, ...roof]),
  floor("meeting", ["cameras", "house", ...roof]),
  floor("cameras", ["meeting", "house", ...roof]),
  floor("house", ["meeting", "cameras", ...roof]),
);
