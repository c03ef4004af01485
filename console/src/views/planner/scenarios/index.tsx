// The best next sites: runs that were asked for, a new one, one in detail, two side by side.
import { useState } from "preact/hooks";
import { get } from "../../../api/client";
import { usePages } from "../../../api/resource";
import type { Page, ScenarioSummary } from "../../../api/types";
import { Chip, Empty, Loading, More, ProblemBox } from "../../../components/basics";
import { t, word } from "../../../i18n";
import { instant, percent, whole } from "../../../words";
import { useKept } from "../drill";
import { Compare } from "./Compare";
import { Detail } from "./Detail";
import { NewScenario } from "./NewScenario";
import { isOver, TONE, usePolling } from "./polling";

type Shown = { what: "list" } | { what: "new" } | { what: "one"; id: string } | { what: "compare"; a: string; b: string };

export function Scenarios() {
  const [shown, setShown] = useKept<Shown>("scenarios.shown", { what: "list" });
  const back = (): void => setShown({ what: "list" });
  switch (shown.what) {
    case "new": return <NewScenario onBack={back} onAsked={(id) => setShown({ what: "one", id })} />;
    case "one": return <Detail id={shown.id} onBack={back} />;
    case "compare": return <Compare a={shown.a} b={shown.b} onBack={back} />;
    case "list": return <List onShow={setShown} />;
  }
}

function List({ onShow }: { onShow: (shown: Shown) => void }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const list = usePages((cursor, signal) => get<Page<ScenarioSummary>>("/scenarios", { limit: 30, cursor }, signal), []);
  usePolling(list.items.some((one) => !isOver(one.state)), list.reload);
  const choose = (id: string): void => setChosen((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now.slice(-1), id]));
  const [a, b] = chosen;
  return (
    <section data-testid="scenarios">
      <div class="bar-row">
        <button type="button" class="primary" data-testid="new-scenario" onClick={() => onShow({ what: "new" })}>{t("scenario.new")}</button>
        <button type="button" class="secondary" data-testid="compare" disabled={!a || !b} onClick={() => a && b && onShow({ what: "compare", a, b })}>{t("scenario.compare")}</button>
        <span class="quiet small">{t("scenario.compareHint")}</span>
      </div>
      <ProblemBox problem={list.problem} onRetry={list.reload} />
      {list.loading && list.items.length === 0 && <Loading />}
      {!list.loading && !list.problem && list.items.length === 0 && <Empty title={t("scenario.empty")} hint={t("scenario.emptyHint")} />}
      <ul class="rows">
        {list.items.map((one) => (
          <li key={one.scenario_id} class="pick">
            <input
              type="checkbox" aria-label={t("scenario.choose", { name: one.name })} checked={chosen.includes(one.scenario_id)}
              disabled={one.new_sites === null} data-testid="scenario-choose" onChange={() => choose(one.scenario_id)}
            />
            <button type="button" class="row" data-testid="scenario-row" onClick={() => onShow({ what: "one", id: one.scenario_id })}>
              <span class="row-top"><strong>{one.name}</strong><Chip tone={TONE[one.state]}>{word("scenarioState", one.state)}</Chip></span>
              <span class="row-line quiet">{lineOf(one)}<span class="row-id">{instant(one.created_at)}</span></span>
            </button>
          </li>
        ))}
      </ul>
      <More more={list.more} count={list.items.length} />
    </section>
  );
}

function lineOf(one: ScenarioSummary): string {
  const found = one.new_sites === null ? [] : [
    t("scenario.sites", { count: whole(one.new_sites) }),
    t("scenario.served", { count: whole(one.newly_served ?? 0) }),
    `${t("scenario.gap")} ${one.gap === null ? "–" : percent(one.gap)}`,
  ];
  return [word("model", one.model), ...found].join(" · ");
}
