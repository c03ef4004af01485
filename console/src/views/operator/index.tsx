// The operator's view: may I fly, file it, follow it.
import type { FeatureCollection } from "geojson";
import { useCallback, useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { FlightPlanView } from "../../api/types";
import { Segments } from "../../components/basics";
import { t } from "../../i18n";
import { legend } from "../../map/Legend";
import { usePick, useSource } from "../../map/map";
import { useZonesOnMap } from "../zonesOnMap";
import { MyPlans } from "./MyPlans";
import { NewFlight } from "./NewFlight";

type Part = "new" | "mine";

export function OperatorView() {
  const [part, setPart] = useState<Part>("new");
  const [opened, setOpened] = useState<string | null>(null);
  useEffect(() => { legend.value = part === "new" ? ["zones", "sitesInUse"] : ["zones", "plans"]; }, [part]);
  useZonesOnMap();
  const sites = useResource(
    (signal) => get<FeatureCollection>("/sites.geojson", { state: "commissioned" }, signal),
    [],
    (event) => event.service === "sites",
  );
  useSource("sites", part === "new" ? sites.value : null);
  const open = useCallback((planId: string | null) => { setPart("mine"); setOpened(planId); }, []);
  const filed = (plan: FlightPlanView): void => open(plan.plan_id);
  return (
    <>
      <Segments
        label={t("role.operator")} testId="operator" chosen={part} onChoose={setPart}
        choices={[{ value: "new", text: t("operator.new") }, { value: "mine", text: t("operator.mine") }]}
      />
      <div class="panel-body">
        {part === "new" ? <NewFlight sites={sites.value} onFiled={filed} /> : <MyPlans opened={opened} onOpen={setOpened} />}
      </div>
      {part === "mine" && <PlansOnMap opened={opened} onOpen={open} />}
    </>
  );
}

function PlansOnMap({ opened, onOpen }: { opened: string | null; onOpen: (planId: string) => void }) {
  const plans = useResource(
    (signal) => get<FeatureCollection>("/flight-plans.geojson", {}, signal),
    [],
    (event) => event.service === "flightplan" && event.type.startsWith("FlightPlan"),
  );
  useSource("plans", plans.value);
  usePick("plans", "plan_id", onOpen);
  void opened;
  return null;
}
