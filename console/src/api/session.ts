// Who is at the page: the bearer token, kept in sessionStorage of this tab only, and how it is got.
import { signal } from "@preact/signals";
import { PERSONAS } from "./personas";

export type Role = "operator" | "regulator" | "planner";
export const ROLES: readonly Role[] = ["operator", "regulator", "planner"];

export interface Session {
  token: string;
  org: string;
  roles: readonly string[];
}

type Issuer = "unknown" | "present" | "absent";

/** A portal in front of the platform hands its token over under this key before it opens the page. */
export const TOKEN_KEY = "tianyuan.token";
const ORG_KEY = "tianyuan.org.";

export const session = signal<Session | null>(null);
/** Whether this platform issues tokens itself (demo and test profiles only). */
export const issuer = signal<Issuer>("unknown");

/** The claims of a token, read for display only: the platform verifies it on every call. */
export function readClaims(token: string): Session | null {
  try {
    const payload = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { org?: unknown; roles?: unknown };
    const roles = Array.isArray(claims.roles) ? claims.roles.map(String) : [];
    return { token, org: typeof claims.org === "string" ? claims.org : "", roles };
  } catch {
    return null;
  }
}

/** Takes a token that a person pasted or a portal handed over; false where it is none. */
export function adopt(token: string): boolean {
  const found = readClaims(token.trim());
  if (!found) return false;
  sessionStorage.setItem(TOKEN_KEY, found.token);
  session.value = found;
  return true;
}

export function forget(): void {
  sessionStorage.removeItem(TOKEN_KEY);
  session.value = null;
}

export const orgOf = (role: Role): string => sessionStorage.getItem(ORG_KEY + role) ?? PERSONAS[role][0].org;

/** Asks the demo issuer for a token of the role; false where the platform has none (production). */
export async function assume(role: Role, org: string = orgOf(role)): Promise<boolean> {
  const response = await fetch("/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ role, org }),
  });
  if (!response.ok) {
    if (response.status === 404 || response.status === 405) issuer.value = "absent";
    return false;
  }
  issuer.value = "present";
  sessionStorage.setItem(ORG_KEY + role, org);
  return adopt(((await response.json()) as { access_token: string }).access_token);
}

/** A token left by an earlier page of this tab or by the portal. */
export function resume(): boolean {
  const kept = sessionStorage.getItem(TOKEN_KEY);
  return kept !== null && adopt(kept);
}
