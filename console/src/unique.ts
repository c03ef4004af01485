// A name nobody else gives.

/** 32 hexadecimal digits; `crypto.randomUUID` would be there only over TLS or on the machine itself. */
export function unique(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
