import { Refused } from "../../ground/http/client";
import type { At } from "./sealed";

export interface Boxed {
  motion: string;
  tracker: string;
  code: string;
  promise: string;
}

interface Problem {
  code?: unknown;
  facts?: Refused["facts"];
}

/**
 * Puts a ballot into the box: without a cookie, without a referrer, on a connection that browsers keep apart from the signed-in one
 * because credentials are omitted. Not through the common client, which says who this tablet is. Throws Refused.
 */
export async function putInBox({ meeting, motion, prepared, signature }: At<"waiting">): Promise<Boxed> {
  const response = await fetch(`/api/meetings/${meeting}/box`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Dinh": "1" },
    body: JSON.stringify({ motion, prepared, signature }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  }).catch(() => {
    throw new Refused("http.unreachable", {}, 0);
  });
  const body = (await response.json().catch(() => ({}))) as Boxed & Problem;
  if (response.ok) return body;
  throw new Refused(typeof body.code === "string" ? body.code : `http.${response.status}`, body.facts ?? {}, response.status);
}

/** The vote was closed, or is not there any more: trying again is in vain. Everything else may pass. */
export const isClosed = (error: unknown): boolean => error instanceof Refused && (error.code === "meeting.box_not_open" || error.status === 404);
