import { hearClock } from "./clock";

/** What the node answers when it refuses: a closed code and facts. The sentence is made by `sentence` in the reader's language. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly facts: Record<string, string | number | boolean | null>,
    readonly status: number,
  ) {
    super(code);
    this.name = "Refused";
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Body {
  code?: unknown;
  facts?: unknown;
}

async function refusal(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => ({}))) as Body;
  const code = typeof body.code === "string" ? body.code : `http.${response.status}`;
  const facts = typeof body.facts === "object" && body.facts !== null ? (body.facts as Refused["facts"]) : {};
  return new Refused(code, facts, response.status);
}

/** fetch with our header against forged requests. Throws Refused, with code `http.unreachable` when no answer came. */
export async function send(method: Method, path: string, body?: BodyInit, type?: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Dinh"] = "1";
  if (type !== undefined) headers["Content-Type"] = type;
  const response = await fetch(path, { method, headers, body: body ?? null, credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new Refused("http.unreachable", {}, 0);
  });
  hearClock(response.headers.get("Date"));
  if (!response.ok) throw await refusal(response);
  return response;
}

async function json<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = body === undefined ? await send(method, path) : await send(method, path, JSON.stringify(body), "application/json");
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

 
export const get = <T>(path: string): Promise<T> => json<T>("GET", path);
export const post = <T = undefined>(path: string, body?: unknown): Promise<T> => json<T>("POST", path, body ?? {});
export const put = <T = undefined>(path: string, body: unknown): Promise<T> => json<T>("PUT", path, body);
export const patch = <T = undefined>(path: string, body: unknown): Promise<T> => json<T>("PATCH", path, body);
export const remove = <T = undefined>(path: string): Promise<T> => json<T>("DELETE", path);

/** A multipart upload; `parts` may hold files and plain words. */
export async function upload<T>(path: string, parts: Record<string, string | Blob>): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) form.append(name, value);
  const response = await send("POST", path, form);
  return (await response.json()) as T;
}
 
