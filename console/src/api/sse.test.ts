import { describe, expect, test } from "vitest";
import { EventStreamParser, type Message } from "./sse";
import { pauseMs } from "./stream";

function parse(chunks: string[]): Message[] {
  const got: Message[] = [];
  const parser = new EventStreamParser((message) => got.push(message));
  for (const chunk of chunks) parser.push(chunk);
  return got;
}

const STREAM = 'retry: 2000\n: connected\n\nid: 7\nevent: ZonePublished\ndata: {"a":1}\n\nid: 8\ndata: one\ndata: two\n\n';
const EXPECTED: Message[] = [
  { id: "7", event: "ZonePublished", data: '{"a":1}' },
  { id: "8", event: "message", data: "one\ntwo" },
];

describe("EventStreamParser", () => {
  test("reads messages, joins data lines, skips comments", () => {
    expect(parse([STREAM])).toEqual(EXPECTED);
  });

  test("gives the same wherever the chunks are cut, with every kind of line end", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = STREAM.replaceAll("\n", end);
      for (let at = 0; at <= text.length; at++) {
        expect(parse([text.slice(0, at), text.slice(at)]), `${JSON.stringify(end)} cut at ${at}`).toEqual(EXPECTED);
      }
      expect(parse([...text])).toEqual(EXPECTED);
    }
  });

  test("keeps the id for messages that name none, and delivers nothing without data", () => {
    expect(parse(["id: 3\ndata: x\n\nevent: empty\n\ndata: y\n\n"])).toEqual([
      { id: "3", event: "message", data: "x" },
      { id: "3", event: "message", data: "y" },
    ]);
  });

  test("does not deliver a message that was cut off", () => {
    expect(parse(["id: 1\ndata: half"])).toEqual([]);
  });

  test("takes the pause the server asks for", () => {
    const parser = new EventStreamParser(() => undefined);
    parser.push("retry: 2000\nretry: soon\n\n");
    expect(parser.retryMs).toBe(2000);
  });
});

test("the pause doubles, has jitter and an upper bound", () => {
  expect(pauseMs(0, 1)).toBe(500);
  expect(pauseMs(1, 1)).toBe(1000);
  expect(pauseMs(0, 0)).toBe(250);
  expect(pauseMs(50, 1)).toBe(15_000);
});
