// The line of a flight: clicked on the map, or typed point by point.
import type { Feature, FeatureCollection } from "geojson";
import { useCallback, useEffect, useState } from "preact/hooks";
import { collection, formatDistance, formatPosition, lineFeature, parsePosition, pointFeature } from "../../geo";
import { t } from "../../i18n";
import { map, type MapClick, near, setSource, useMapTool, useSource } from "../../map/map";
import { EMPTY } from "../../geo";
import { amend, draft, type DraftPoint, estimate } from "./draft";

const SNAP_PIXELS = 9;

export function PathEditor({ sites, problem }: { sites: FeatureCollection | null; problem: string | null }) {
  const points = draft.value?.points ?? [];
  const add = useCallback((point: DraftPoint) => amend({ points: [...(draft.value?.points ?? []), point] }), []);
  const click = useCallback(({ position, event }: MapClick) => {
    const target = map.value;
    const site = target ? near(target, event, "sites", SNAP_PIXELS) : undefined;
    add((site && siteOf(site)) ?? { lng: round(position[0]), lat: round(position[1]) });
  }, [add]);
  useMapTool(true, click);
  useSource("draft", drawn(points));
  useEffect(() => () => setSource("draft", EMPTY), []);
  const flown = draft.value ? estimate(draft.value) : null;

  return (
    <fieldset class={problem ? "wrong" : ""}>
      <legend>{t("operator.path")}</legend>
      {points.length === 0 && <p class="quiet small">{t("operator.pathHint")}</p>}
      {points.length > 0 && (
        <ol class="points" data-testid="path-points">
          {points.map((point, i) => (
            <li key={i}>
              <span class="point-role">{roleOf(i, points.length)}</span>
              <span class="point-place">{point.name ?? formatPosition([point.lng, point.lat])}</span>
              <button
                type="button" class="icon" aria-label={t("operator.remove")} title={t("operator.remove")}
                onClick={() => amend({ points: points.filter((_, at) => at !== i) })}
              >×</button>
            </li>
          ))}
        </ol>
      )}
      {points.length > 0 && (
        <div class="button-row">
          <button type="button" class="quiet-button" onClick={() => amend({ points: points.slice(0, -1) })}>{t("operator.undo")}</button>
          <button type="button" class="quiet-button" onClick={() => amend({ points: [] })}>{t("operator.clear")}</button>
          {points.length > 1 && (
            <button type="button" class="quiet-button" onClick={() => points[0] && add(points[0])}>{t("operator.loop")}</button>
          )}
          {flown && (
            <span class="quiet small push">
              {t("operator.length", { length: formatDistance(flown.lengthM), minutes: flown.minutes })}
            </span>
          )}
        </div>
      )}
      <TypedPoint sites={sites} onAdd={add} />
      {problem && <p class="field-problem">{problem}</p>}
    </fieldset>
  );
}

/** The way in for the keyboard: coordinates, or the id of a site. */
function TypedPoint({ sites, onAdd }: { sites: FeatureCollection | null; onAdd: (point: DraftPoint) => void }) {
  const [text, setText] = useState("");
  const [bad, setBad] = useState(false);
  const add = (): void => {
    const at = parsePosition(text);
    const site = sites?.features.find((feature) => feature.properties?.["site_id"] === text.trim().split(" ")[0]);
    const point = at ? { lng: at[0], lat: at[1] } : site && siteOf(site);
    setBad(!point);
    if (!point) return;
    onAdd(point);
    setText("");
  };
  return (
    <div class="typed-point">
      <input
        aria-label={t("operator.addPoint")} placeholder={t("operator.addPointHint")} value={text} list="sites-in-use"
        data-testid="typed-point" aria-invalid={bad} onInput={(event) => { setText(event.currentTarget.value); setBad(false); }}
        onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }}
      />
      <button type="button" class="quiet-button" data-testid="add-point" onClick={add}>{t("operator.add")}</button>
      <datalist id="sites-in-use">
        {sites?.features.filter(inUse).map((feature) => (
          <option key={String(feature.properties?.["site_id"])} value={String(feature.properties?.["site_id"])}>
            {String(feature.properties?.["name"] ?? "")}
          </option>
        ))}
      </datalist>
      {bad && <p class="field-problem">{t("operator.badPoint")}</p>}
    </div>
  );
}

const inUse = (feature: { properties: Feature["properties"] }): boolean => feature.properties?.["state"] === "commissioned";

function siteOf(feature: { properties: Feature["properties"]; geometry: Feature["geometry"] }): DraftPoint | undefined {
  if (!inUse(feature) || feature.geometry.type !== "Point") return undefined;
  const [lng = 0, lat = 0] = feature.geometry.coordinates;
  return {
    lng: round(lng), lat: round(lat),
    site_id: String(feature.properties?.["site_id"]), name: String(feature.properties?.["name"] ?? feature.properties?.["site_id"]),
  };
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

function roleOf(index: number, count: number): string {
  if (index === 0) return t("operator.departure");
  return index === count - 1 ? t("operator.arrival") : t("operator.waypoint", { n: index });
}

/** On the map a waypoint is its number. */
const markOf = (index: number, count: number): string =>
  index === 0 || index === count - 1 ? roleOf(index, count) : String(index);

function drawn(points: readonly DraftPoint[]): FeatureCollection {
  const places = points.map((point) => [point.lng, point.lat]);
  const marks = points.map((point, i) => pointFeature([point.lng, point.lat], { label: markOf(i, points.length) }));
  return collection(places.length > 1 ? [lineFeature(places), ...marks] : marks);
}
