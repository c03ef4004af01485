// The planner's view: how far the city is and how it goes on, who lags, where sites are and should be, what is handed out.
import type { FeatureCollection } from "geojson";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import { Segments } from "../../components/basics";
import { t } from "../../i18n";
import { legend, type LegendGroup } from "../../map/Legend";
import { useSource } from "../../map/map";
import { Board } from "./Board";
import { Changes } from "./Changes";
import { Coverage } from "./Coverage";
import { type Drill, Opener } from "./drill";
import { Life } from "./Life";
import { Listed } from "./Listed";
import { Reports } from "./Reports";
import { Scenarios } from "./scenarios";
import { Sites } from "./Sites";
import { Trend } from "./Trend";
import { Units } from "./Units";

const PARTS = ["board", "trend", "units", "sites", "coverage", "scenarios", "reports"] as const;
type Part = (typeof PARTS)[number];

const LEGENDS: Record<Part, readonly LegendGroup[]> = {
  board: ["sites", "routes"], trend: ["sites"], units: ["sites"], sites: ["sites"], coverage: ["coverage", "sitesInUse"],
  scenarios: ["scenario", "sites"], reports: ["sites"],
};

export function PlannerView() {
  const [part, setPart] = useState<Part>("board");
  const [drills, setDrills] = useState<readonly Drill[]>([]);
  const opened = drills.at(-1);
  useEffect(() => { legend.value = opened ? ["sites"] : LEGENDS[part]; }, [part, opened === undefined]);
  const choose = (next: Part): void => { setDrills([]); setPart(next); };
  return (
    <Opener.Provider value={(drill) => setDrills((now) => [...now, drill])}>
      <Segments
        label={t("role.planner")} testId="planner" chosen={part} onChoose={choose}
        choices={PARTS.map((value) => ({ value, text: t(`planner.${value}`) }))}
      />
      <div class="panel-body" key={drills.length}>
        {(opened || PLAIN.includes(part)) && <SitesOnMap />}
        {opened ? <Opened key={JSON.stringify(opened)} drill={opened} onBack={() => setDrills((now) => now.slice(0, -1))} /> : <Shown part={part} />}
      </div>
    </Opener.Provider>
  );
}

/** The pages that draw nothing of their own. */
const PLAIN: readonly Part[] = ["trend", "units", "reports"];

function SitesOnMap() {
  const sites = useResource((signal) => get<FeatureCollection>("/sites.geojson", {}, signal), [], (event) => event.service === "sites");
  useSource("sites", sites.value);
  return null;
}

function Opened({ drill, onBack }: { drill: Drill; onBack: () => void }) {
  switch (drill.what) {
    case "list": return <Listed wanted={drill} onBack={onBack} />;
    case "changes": return <Changes wanted={drill} onBack={onBack} />;
    case "life": return <Life subject={drill.subject} id={drill.id} onBack={onBack} />;
  }
}

function Shown({ part }: { part: Part }) {
  switch (part) {
    case "board": return <Board />;
    case "trend": return <Trend />;
    case "units": return <Units />;
    case "sites": return <Sites />;
    case "coverage": return <Coverage />;
    case "scenarios": return <Scenarios />;
    case "reports": return <Reports />;
  }
}
