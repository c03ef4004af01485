// What the whole page shares: the city, the view in front, whether demo data was seen.
import { computed, signal } from "@preact/signals";
import type { Role } from "./api/roles";
import type { City } from "./api/types";

export const city = signal<City | null>(null);
export const view = signal<Role>("operator");
export const demoSeen = signal(false);

export const timezone = computed(() => city.value?.timezone ?? "Asia/Shanghai");
export const advisory = computed(() => city.value?.approval_mode !== "entrusted");
