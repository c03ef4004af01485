// The regulator's view: rule what waits, watch the traffic, keep the zones.
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { PlanCounts } from "../../api/types";
import { Segments } from "../../components/basics";
import { t } from "../../i18n";
import { legend, type LegendGroup } from "../../map/Legend";
import { useFeed } from "./Feed";
import { Queue } from "./Queue";
import { Traffic } from "./Traffic";
import { Zones } from "./Zones";

type Part = "queue" | "traffic" | "zones";

const LEGEND: Record<Part, readonly LegendGroup[]> = {
  queue: ["zones", "plans"], traffic: ["zones", "plans", "conflicts"], zones: ["zones"],
};

export function RegulatorView() {
  const [part, setPart] = useState<Part>("traffic");
  useFeed();
  useEffect(() => { legend.value = LEGEND[part]; }, [part]);
  const counts = useResource(
    (signal) => get<PlanCounts>("/flight-plans/counts", {}, signal),
    [],
    (event) => event.service === "flightplan",
  );
  return (
    <>
      <Segments
        label={t("role.regulator")} testId="regulator" chosen={part} onChoose={setPart}
        choices={[
          { value: "traffic", text: t("regulator.traffic") },
          { value: "queue", text: t("regulator.queue"), count: counts.value?.awaiting ?? 0 },
          { value: "zones", text: t("regulator.zones") },
        ]}
      />
      <div class="panel-body">
        {part === "queue" && <Queue />}
        {part === "traffic" && <Traffic counts={counts.value} />}
        {part === "zones" && <Zones />}
      </div>
    </>
  );
}
