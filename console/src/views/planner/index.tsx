// The planner's view: how far the city is, where its sites are, whom they serve.
import { useEffect, useState } from "preact/hooks";
import { Segments } from "../../components/basics";
import { t } from "../../i18n";
import { legend, type LegendGroup } from "../../map/Legend";
import { Board } from "./Board";
import { Coverage } from "./Coverage";
import { Sites } from "./Sites";

type Part = "board" | "sites" | "coverage";

const LEGENDS: Record<Part, readonly LegendGroup[]> = {
  board: ["sites", "routes"], sites: ["sites"], coverage: ["coverage", "sitesInUse"],
};

export function PlannerView() {
  const [part, setPart] = useState<Part>("board");
  useEffect(() => { legend.value = LEGENDS[part]; }, [part]);
  return (
    <>
      <Segments
        label={t("role.planner")} testId="planner" chosen={part} onChoose={setPart}
        choices={[
          { value: "board", text: t("planner.board") },
          { value: "sites", text: t("planner.sites") },
          { value: "coverage", text: t("planner.coverage") },
        ]}
      />
      <div class="panel-body">
        {part === "board" && <Board />}
        {part === "sites" && <Sites />}
        {part === "coverage" && <Coverage />}
      </div>
    </>
  );
}
