// The event-stream format (WHATWG HTML 9.2.6) as a parser: text chunks in, messages out.

export interface Message {
  id: string;
  event: string;
  data: string;
}

/** Feeds on chunks cut anywhere, even inside a line or between CR and LF, and calls back for each whole message. */
export class EventStreamParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];
  private skipLineFeed = false;
  retryMs: number | null = null;

  constructor(private readonly deliver: (message: Message) => void) {}

  push(chunk: string): void {
    let text = this.rest + chunk;
    if (this.skipLineFeed && text.startsWith("\n")) text = text.slice(1);
    this.skipLineFeed = false;
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const sign = text[i];
      if (sign !== "\n" && sign !== "\r") continue;
      this.line(text.slice(start, i));
      if (sign === "\r") {
        if (i + 1 === text.length) this.skipLineFeed = true;
        else if (text[i + 1] === "\n") i++;
      }
      start = i + 1;
    }
    this.rest = text.slice(start);
  }

  private line(line: string): void {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return; // a comment: the server's heartbeat
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  private dispatch(): void {
    const [data, event] = [this.data, this.event];
    this.data = [];
    this.event = "";
    if (data.length > 0) this.deliver({ id: this.id, event: event || "message", data: data.join("\n") });
  }
}
