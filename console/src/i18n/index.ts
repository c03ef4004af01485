// The page's words: Chinese by default, English by a switch; every text has both or the page does not compile.
import { computed, signal } from "@preact/signals";
import { en } from "./en";
import { fill } from "./fill";
import { type Key, zh } from "./zh";

export type Language = "zh" | "en";
const LANGUAGE_KEY = "tianyuan.language";

export const language = signal<Language>(globalThis.localStorage?.getItem(LANGUAGE_KEY) === "en" ? "en" : "zh");
const texts = computed(() => (language.value === "en" ? en : zh));

export function speak(chosen: Language): void {
  localStorage.setItem(LANGUAGE_KEY, chosen);
  language.value = chosen;
}

/** The text of the key in the chosen language, with `{name}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(texts.value[key], values);
}

/** The word for a value of the API, such as `kind.nest`; the value itself where the page has no word for it yet. */
export function word(group: string, value: string | null | undefined): string {
  if (!value) return "–";
  const key = `${group}.${value}`;
  return key in zh ? t(key as Key) : value;
}

/** The right one of a pair of texts that the platform sends. */
export const said = (pair: { zh: string; en: string } | null | undefined): string => pair?.[language.value] ?? "";
