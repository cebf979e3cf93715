import type { PDFDocumentProxy } from "pdfjs-dist";
import { Refused } from "../../ground/http/client";
import { hex, sha256 } from "../../ground/post/bytes";
import type { DocumentRef } from "../../ground/wire";

export interface Opened {
  pdf: PDFDocumentProxy;
  /** Computed here from the bytes that came, not taken from the node. */
  sha256: string;
  same: boolean;
  /** Height by width of the first page, so that space is kept before a page is drawn. */
  ratio: number;
}

/** The legacy build runs on the old browsers of kiosk tablets too. It comes only when the first document is opened. */
async function library() {
  const [pdfjs, worker] = await Promise.all([
    import("pdfjs-dist/legacy/build/pdf.mjs"),
    import("pdfjs-dist/legacy/build/pdf.worker.min.mjs?url"),
  ]);
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  return pdfjs;
}

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path, { credentials: "same-origin" }).catch(() => {
    throw new Refused("http.unreachable", {}, 0);
  });
  if (!response.ok) throw new Refused(`http.${response.status}`, {}, response.status);
  return new Uint8Array(await response.arrayBuffer());
}

/** Fetch, hash and open a document of the meeting. */
export async function open(meeting: string, document: DocumentRef): Promise<Opened> {
  const [pdfjs, data] = await Promise.all([library(), bytes(`/api/meetings/${meeting}/documents/${document.id}`)]);
  const found = hex(await sha256(data));
  const task = pdfjs.getDocument({ data, standardFontDataUrl: "/pdf/standard_fonts/", wasmUrl: "/pdf/wasm/" });
  const pdf = await task.promise;
  const first = (await pdf.getPage(1)).getViewport({ scale: 1 });
  return { pdf, sha256: found, same: found === document.sha256, ratio: first.height / first.width };
}
