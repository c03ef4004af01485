// Districts, units, kinds, scenarios and their families by the names people know.
import type { GroupBy } from "../../api/types";
import { said, t, word } from "../../i18n";
import { city } from "../../state";
import type { Within } from "./drill";

export function groupName(by: GroupBy, key: string): string {
  switch (by) {
    case "district":
      return said(city.value?.districts.find((one) => one.adcode === key)?.name) || t("common.outside");
    case "unit":
      return key || t("units.notStated");
    case "kind":
      return word("siteKind", key);
    case "family":
    case "scenario":
      return key ? said(city.value?.route_scenarios.entries.find((one) => one.scenario_id === key)?.name) || key : t("units.notStated");
  }
}

/** What a question is restricted to, in words. */
export function withinWords(within: Within): string[] {
  return (["district", "unit", "kind", "family", "scenario"] as const).flatMap((by) => {
    const key = within[by];
    return key === undefined ? [] : [groupName(by, key === "outside" ? "" : key)];
  });
}
