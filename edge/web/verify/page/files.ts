/** What the person has given so far, and the part of the page where it is given. */

import type { Bytes } from "../bytes.ts";
import { h } from "./dom.ts";
import { words } from "./words.ts";

export interface GivenFile {
  name: string;
  bytes: Bytes;
}

export interface Given {
  bundle: GivenFile | null;
  key: string;
  receipts: GivenFile[];
  /** Heads as they were pasted or typed, one text each. */
  heads: string[];
  documents: GivenFile[];
}

type Pile = "receipts" | "documents";

const JSON_FILES = ".json,application/json";
const PDF_FILES = ".pdf,application/pdf";

/** A file chooser: `name` is the key of what stands on its button. */
interface Chooser {
  id: "bundle" | Pile;
  name: string;
  accept: string;
  multiple: boolean;
}

/** The form. `changed` is told whenever something was given or taken back. */
export class FilesForm {
  readonly given: Given = { bundle: null, key: "", receipts: [], heads: [], documents: [] };
  private readonly changed: () => void;
  /** Opened by hand: it stays so when the page is drawn again because a file has been read. */
  private unfolded = false;
  /** Heads, letter for letter. */
  private typed = "";

  constructor(changed: () => void) {
    this.changed = changed;
  }

  /** Files dropped on the page are sorted by what they are. */
  async drop(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const given = await opened(file);
      const pile = kindOf(given);
      if (pile === "bundle") this.given.bundle = given;
      else this.given[pile].push(given);
    }
    this.changed();
  }

  /** The bundle: the first thing to give, and small once it is there. */
  drawBundle(): HTMLElement {
    const { bundle } = this.given;
    return h(
      "section",
      { class: "card files no-print", "aria-labelledby": "files-title" },
      h("h2", { id: "files-title" }, words("files", "bundle")),
      h("p", { class: bundle === null ? "quiet" : "sr-only", id: "bundle-hint" }, words("files", "bundleHint")),
      h(
        "div",
        { class: bundle === null ? "drop" : "drop has" },
        bundle !== null && h("p", { class: "file" }, h("b", {}, bundle.name), " ", h("span", { class: "quiet" }, words("files", "size", { size: bundle.bytes.length }))),
        this.picker({ id: "bundle", name: bundle === null ? "choose" : "chooseOther", accept: JSON_FILES, multiple: false }, async ([file]) => {
          if (file !== undefined) this.given.bundle = await opened(file);
        }),
      ),
    );
  }

  /** Key, receipts and documents. */
  drawMore(): HTMLElement {
    const more = h(
      "details",
      { class: "card more no-print", open: this.unfolded || this.hasMore() },
      h("summary", {}, words("files", "more")),
      this.keyField(),
      this.pile("receipts", "chooseReceipts", JSON_FILES),
      this.headsField(),
      this.pile("documents", "chooseDocuments", PDF_FILES),
    );
    more.addEventListener("toggle", () => (this.unfolded = more.open));
    return more;
  }

  private hasMore(): boolean {
    return this.given.key !== "" || this.given.receipts.length > 0 || this.given.heads.length > 0 || this.given.documents.length > 0;
  }

  private keyField(): HTMLElement {
    const input = h("input", { id: "key", type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": "key-hint" });
    input.value = this.given.key;
    this.listen(input, () => {
      this.given.key = input.value.trim();
    });
    return h("div", { class: "field" }, h("label", { for: "key" }, words("files", "key")), h("p", { class: "quiet", id: "key-hint" }, words("files", "keyHint")), input);
  }

  /** A field for heads: a QR's text has an empty line of its own before the signature, which belongs to it. */
  private headsField(): HTMLElement {
    const input = h("textarea", { id: "heads", rows: "4", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": "heads-hint" });
    input.value = this.typed;
    this.listen(input, () => {
      this.typed = input.value;
      this.given.heads = headsIn(input.value);
    });
    return h("div", { class: "field" }, h("label", { for: "heads" }, words("files", "heads")), h("p", { class: "quiet", id: "heads-hint" }, words("files", "headsHint")), input);
  }

  /** What is typed is kept at once, because the page is drawn again whenever a file has been read; it is checked when the field is left. */
  private listen(input: HTMLElement, keep: () => void): void {
    input.addEventListener("input", keep);
    input.addEventListener("change", () => {
      keep();
      this.changed();
    });
  }

  private pile(pile: Pile, name: string, accept: string): HTMLElement {
    const files = this.given[pile];
    const list = files.map((file, place) =>
      h(
        "li",
        {},
        h("span", {}, file.name),
        h("button", { type: "button", class: "plain", "aria-label": words("files", "remove", { name: file.name }), onclick: () => this.remove(pile, place) }, "✕"),
      ),
    );
    return h(
      "div",
      { class: "field" },
      h("h3", {}, words("files", pile)),
      h("p", { class: "quiet", id: `${pile}-hint` }, words("files", `${pile}Hint`)),
      list.length > 0 && h("ul", { class: "pile" }, ...list),
      this.picker({ id: pile, name, accept, multiple: true }, async (chosen) => {
        for (const file of chosen) files.push(await opened(file));
      }),
    );
  }

  private remove(pile: Pile, place: number): void {
    this.given[pile].splice(place, 1);
    this.changed();
  }

  /** A button that opens the file chooser: the browser's own control, dressed by its label. */
  private picker({ id, name, accept, multiple }: Chooser, take: (files: File[]) => Promise<void>): HTMLElement {
    const input = h("input", { id: `pick-${id}`, type: "file", class: "pick", accept, multiple, "aria-describedby": `${id}-hint` });
    input.addEventListener("change", () => {
      void take([...(input.files ?? [])]).then(this.changed);
    });
    return h("div", { class: "picker" }, input, h("label", { for: `pick-${id}`, class: name === "choose" ? "button main" : "button" }, words("files", name)));
  }
}

/** Texts between empty lines; one that begins with a signature's dash goes with the text before it. */
export function headsIn(text: string): string[] {
  const parts = text.split(/\n\s*\n/).map((part) => part.trim());
  return parts.reduce<string[]>((heads, part) => {
    if (part.startsWith("—") && heads.length > 0) return [...heads.slice(0, -1), `${heads.at(-1) ?? ""}\n\n${part}`];
    return part === "" ? heads : [...heads, part];
  }, []);
}

async function opened(file: File): Promise<GivenFile> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** By content, because people rename files. What is neither a PDF nor a receipt is taken for a bundle, so that it is checked and named wrong. */
function kindOf({ bytes }: GivenFile): "bundle" | Pile {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 200_000));
  if (text.startsWith("%PDF-")) return "documents";
  return /"(ballot_sha256|promise)"/.test(text) && !text.includes('"entries"') ? "receipts" : "bundle";
}
