// One fetch for the whole page: the token in its header, problems as errors, a 401 asks who is there again.
import { problemOf } from "./errors";
import { forget, renew, session } from "./session";

export interface CallOptions {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await answered(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function answered(method: string, path: string, options: CallOptions): Promise<Response> {
  let response = await send(method, path, options);
  if (response.status === 401 && (await renew())) response = await send(method, path, options);
  if (response.status === 401) forget();
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Saves a file of the platform as the browser saves any: the token goes in the header, so no link can do it. */
export async function download(path: string, query: CallOptions["query"] = {}): Promise<void> {
  const response = await answered("GET", path, { query });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "tianyuan";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be reading it
}

export const get = <T>(path: string, query: CallOptions["query"] = {}, signal?: AbortSignal): Promise<T> =>
  call<T>("GET", path, { query, signal });

export const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  call<T>("POST", path, { body, headers });

/** Sends a file as the body; the media type says what it is. */
export const upload = <T>(path: string, file: Blob, mediaType: string, query: CallOptions["query"] = {}): Promise<T> =>
  call<T>("POST", path, { body: file, query, headers: { "Content-Type": mediaType } });

function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (session.value) headers["Authorization"] = `Bearer ${session.value.token}`;
  const init: RequestInit = { method, headers, signal: options.signal ?? null, cache: "no-store" };
  if (options.body !== undefined) {
    const isFile = options.body instanceof Blob;
    headers["Content-Type"] ??= "application/json";
    init.body = isFile ? (options.body as Blob) : JSON.stringify(options.body);
  }
  return fetch(path + queryString(options.query ?? {}), init);
}

export function queryString(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}
