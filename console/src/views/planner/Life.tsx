// The life of one site or route: since when it has counted toward what, and every event behind that.
import type { Feature, LineString } from "geojson";
import { useEffect } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Life as LifeAnswer, RouteView, SiteView, Standing, Subject } from "../../api/types";
import { Chip, DemoTag, Facts, Loading, ProblemBox } from "../../components/basics";
import { collection } from "../../geo";
import { t, word } from "../../i18n";
import { goTo, highlight } from "../../map/highlight";
import { frameGeometries, rememberCamera, setSource } from "../../map/map";
import { dayOf, orgName } from "../../words";
import { Classify } from "./Classify";
import { Events } from "./Events";
import { reasons } from "./Listed";
import { groupName } from "./words";

export function Life({ subject, id, onBack }: { subject: Subject; id: string; onBack: () => void }) {
  const path = `${subject}s/${encodeURIComponent(id)}`;
  const life = useResource((signal) => get<LifeAnswer>(`/progress/${path}`, {}, signal), [path], (event) => event.key === id);
  const stated = useResource((signal) => get<SiteView | RouteView>(`/${path}`, {}, signal), [path], (event) => event.key === id);
  const thing = stated.value;
  useEffect(() => {
    if (!thing) return;
    const back = rememberCamera();
    show(thing);
    return () => { highlight(null); back(); };
  }, [thing && keyOf(thing)]);
  const now = life.value?.standings.at(-1);
  return (
    <section class="detail" data-testid="life">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <ProblemBox problem={life.problem ?? stated.problem} onRetry={() => { life.reload(); stated.reload(); }} />
      {(!thing || !life.value) && (life.loading || stated.loading) && <Loading />}
      {thing && now && (
        <>
          <header class="detail-head">
            <h3>{thing.spec.name}</h3>
            <Chip tone="calm">{word(`${subject}State`, now.state)}</Chip>
            <DemoTag demo={thing.spec.demo} />
          </header>
          <Facts
            rows={[
              [t("plan.number"), <code>{id}</code>],
              [t("common.district"), groupName("district", now.district)],
              [t("planner.owner"), now.unit || t("units.notStated")],
              "route_id" in thing && [t("plan.operator"), orgName(thing.operator)],
              "route_id" in thing && [t("life.scenario"), groupName("scenario", thing.spec.scenario)],
              Boolean(thing.spec.source) && [t("planner.source"), thing.spec.source],
              [t("planner.target"), countsWords(now)],
            ]}
          />
          {"route_id" in thing && <Classify route={thing} onRuled={() => { stated.reload(); life.reload(); }} />}
        </>
      )}
      {life.value && (
        <>
          <h4>{t("life.standings")}</h4>
          <ol class="standings" data-testid="standings">
            {[...life.value.standings].reverse().map((one) => (
              <li key={one.since} class={one.counts_toward.length > 0 ? "counting" : ""}>
                <time class="tabular" dateTime={one.since}>{dayOf(one.since)}</time>
                <span><strong>{word(`${subject}State`, one.state)}</strong> · {countsWords(one)}</span>
              </li>
            ))}
          </ol>
          <h4>{t("life.events", { count: life.value.events.length })}</h4>
          <Events events={life.value.events} testId="life-events" />
        </>
      )}
    </section>
  );
}

const countsWords = (standing: Standing): string => {
  const name = standing.counts_toward.map((one) => t(`measure.${one}`)).join(t("common.comma")) || t("planner.countsNot");
  const text = reasons(standing.reasons);
  return text ? t("common.pair", { name, text }) : name;
};

const keyOf = (thing: SiteView | RouteView): string => ("site_id" in thing ? thing.site_id : thing.route_id);

/** Where it is, on the map. */
function show(thing: SiteView | RouteView): void {
  if ("site_id" in thing) return goTo({ place: [thing.spec.lng, thing.spec.lat] });
  const ends = [thing.spec.origin, ...thing.spec.path, thing.spec.destination];
  const coordinates = ends.flatMap(({ lng, lat }) => (lng == null || lat == null ? [] : [[lng, lat]]));
  const line: Feature<LineString> = { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } };
  setSource("highlight", collection([line]));
  frameGeometries([line.geometry]);
}
