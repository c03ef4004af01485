// Who is at the page: the bearer token, kept in sessionStorage of this tab only, and how it is got.
import { signal } from "@preact/signals";
import { PERSONAS } from "./personas";
import { type Role, ROLES } from "./roles";

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
/** Kept with the token: a page that is loaded anew knows that whoever is there may be somebody else. */
const ISSUED_KEY = "tianyuan.issued";

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
  sessionStorage.removeItem(ISSUED_KEY);
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
  sessionStorage.setItem(ISSUED_KEY, "yes");
  return adopt(((await response.json()) as { access_token: string }).access_token);
}

let renewing: Promise<boolean> | null = null;

/** In the demo profile a token that ran out is replaced silently, once for all who ask; in production the page asks for a new one. */
export function renew(): Promise<boolean> {
  renewing ??= renewed().catch(() => false).finally(() => { renewing = null; });
  return renewing;
}

async function renewed(): Promise<boolean> {
  const role = ROLES.find((name) => session.value?.roles.includes(name));
  return issuer.value === "present" && role !== undefined && assume(role, session.value?.org);
}

/** A token left by an earlier page of this tab or by the portal. */
export function resume(): boolean {
  const kept = sessionStorage.getItem(TOKEN_KEY);
  if (kept === null || !adopt(kept)) return false;
  if (sessionStorage.getItem(ISSUED_KEY)) issuer.value = "present";
  return true;
}
