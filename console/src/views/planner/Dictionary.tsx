// The city's dictionary of what routes are flown for: what is known of it, from where, and how sure that is.
import type { City } from "../../api/types";
import { Chip } from "../../components/basics";
import { said, t, word } from "../../i18n";
import { city } from "../../state";

type Entry = City["route_scenarios"]["entries"][number];
const TONE: Record<Entry["confidence"], string> = { official: "good", press: "warn", assumed: "plain" };

export function Dictionary() {
  const tree = city.value?.route_scenarios;
  if (!tree) return null;
  return (
    <details class="fold" data-testid="dictionary">
      <summary>{t("dictionary.title")} <span class="count">{tree.entries.length}</span></summary>
      <p class="small">{said(tree.note)}</p>
      <ul class="notes small">
        {tree.counts.map((count) => (
          <li key={count.of.en}>
            {t("dictionary.count", { of: said(count.of), categories: count.categories, scenarios: count.scenarios })}{" "}
            <Sure of={count} /> <span class="quiet">{said(count.source)}</span>
          </li>
        ))}
      </ul>
      <div class="table-wrap">
        <table data-testid="dictionary-table">
          <thead>
            <tr>
              <th scope="col">{t("units.by.scenario")}</th><th scope="col">{t("dictionary.level")}</th>
              <th scope="col">{t("units.by.family")}</th><th scope="col">{t("planner.source")}</th>
            </tr>
          </thead>
          <tbody>{tree.entries.map((entry) => <Row key={entry.scenario_id} entry={entry} name={familyName(tree.entries, entry)} />)}</tbody>
        </table>
      </div>
      <p class="quiet small">{t("dictionary.familyNote")}</p>
    </details>
  );
}

const familyName = (entries: readonly Entry[], entry: Entry): string =>
  entry.family === entry.scenario_id ? "" : said(entries.find((one) => one.scenario_id === entry.family)?.name);

function Row({ entry, name }: { entry: Entry; name: string }) {
  return (
    <tr>
      <th scope="row" class="wraps">{said(entry.name)}</th>
      <td>{word("scenarioLevel", entry.level)}</td>
      <td class="wraps">{name}</td>
      <td class="wraps"><Sure of={entry} /> <span class="quiet small">{said(entry.source)}</span></td>
    </tr>
  );
}

const Sure = ({ of }: { of: Pick<Entry, "confidence"> }) => <Chip tone={TONE[of.confidence]}>{word("confidence", of.confidence)}</Chip>;
