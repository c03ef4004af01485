// Says what the colours on the map mean; each view names the groups it draws.
import { signal } from "@preact/signals";
import { PLAN_STATES, RESTRICTIONS, SITE_STATES } from "../api/types";
import { t, word } from "../i18n";
import type { Key } from "../i18n/zh";
import { planWord } from "../words";
import { CONFLICT_COLOR, COVERAGE_STEPS, NEW_SITE_COLOR, PLAN_COLOR, RESTRICTION_COLOR, ROUTE_COLOR, SIDE_COLOR, SITE_COLOR } from "./colors";

export type LegendGroup = "zones" | "plans" | "conflicts" | "routes" | "sites" | "sitesInUse" | "coverage" | "scenario";

export const legend = signal<readonly LegendGroup[]>([]);

/** Groups of one row that says all. */
const SPEAKS_FOR_ITSELF: readonly LegendGroup[] = ["routes", "conflicts"];

export function Legend() {
  if (legend.value.length === 0) return null;
  return (
    <details class="legend" open={window.innerWidth > 900}>
      <summary>{t("map.legend")}</summary>
      {legend.value.map((group) => (
        <section key={group}>
          {!SPEAKS_FOR_ITSELF.includes(group) && <h3>{t(`legend.${group === "sitesInUse" ? "sites" : group}` as Key)}</h3>}
          <ul>{rows(group)}</ul>
        </section>
      ))}
    </details>
  );
}

function rows(group: LegendGroup) {
  switch (group) {
    case "zones":
      return RESTRICTIONS.map((one) => <Row key={one} mark="area" color={RESTRICTION_COLOR[one]} text={word("restriction", one)} />);
    case "plans":
      return PLAN_STATES.filter((one) => !["withdrawn", "lapsed", "ended", "no_show"].includes(one)).map((one) => (
        <Row key={one} mark="line" color={PLAN_COLOR[one]} text={planWord(one)} />
      ));
    case "conflicts":
      return <Row mark="ring" color={CONFLICT_COLOR} text={t("legend.conflict")} />;
    case "routes":
      return <Row mark="dashes" color={ROUTE_COLOR} text={t("legend.routes")} />;
    case "sites":
      return SITE_STATES.map((one) => <Row key={one} mark="dot" color={SITE_COLOR[one]} text={word("siteState", one)} />);
    case "sitesInUse":
      return <Row mark="dot" color={SITE_COLOR.commissioned} text={word("siteState", "commissioned")} />;
    case "scenario":
      return [
        <Row key="new" mark="dot" color={NEW_SITE_COLOR} text={`${t("legend.newSite")} · ${t("legend.sideA")}`} />,
        <Row key="b" mark="dot" color={SIDE_COLOR.b} text={t("legend.sideB")} />,
      ];
    case "coverage":
      return COVERAGE_STEPS.map(([from, color], i) => {
        const until = COVERAGE_STEPS[i + 1]?.[0] ?? 1;
        return <Row key={from} mark="area full" color={color} text={`${Math.round(from * 100)}–${Math.round(until * 100)} %`} />;
      });
  }
}

function Row({ mark, color, text }: { mark: string; color: string; text: string }) {
  return (
    <li>
      <span class={`mark ${mark}`} style={{ color }} aria-hidden="true" />
      {text}
    </li>
  );
}
