// Sites by state, on the map and in a list.
import type { FeatureCollection } from "geojson";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePages, useResource } from "../../api/resource";
import { session } from "../../api/session";
import { type Page, SITE_KINDS, SITE_STATES, type SiteKind, type SiteState, type SiteView, type Utilisation } from "../../api/types";
import { Chip, DemoTag, Empty, Facts, Loading, More, ProblemBox } from "../../components/basics";
import { Select } from "../../components/fields";
import { Findings } from "../../components/Findings";
import { History } from "../../components/History";
import { formatPosition } from "../../geo";
import { said, t, word } from "../../i18n";
import { goTo, highlight, lightsUp } from "../../map/highlight";
import { rememberCamera, usePick, useSource } from "../../map/map";
import { city } from "../../state";
import { instant } from "../../words";
import { Moves } from "./Moves";
import { Premises } from "./Premises";
import { SiteFiles } from "./SiteFiles";

const TONE: Record<SiteState, string> = {
  commissioned: "good", under_construction: "calm", approved: "calm", assessed: "plain", proposed: "plain", suspended: "warn", retired: "faint",
};

export function Sites() {
  const [state, setState] = useState<SiteState | "all">("all");
  const [kind, setKind] = useState<SiteKind | "all">("all");
  const [district, setDistrict] = useState("all");
  const [opened, setOpened] = useState<string | null>(null);
  const [files, setFiles] = useState(false);
  const query = {
    state: state === "all" ? undefined : state, kind: kind === "all" ? undefined : kind,
    district: district === "all" ? undefined : district,
  };
  const sites = usePages(
    (cursor, signal) => get<Page<SiteView>>("/sites", { ...query, limit: 60, cursor }, signal),
    [state, kind, district],
    (event) => event.service === "sites",
  );
  const onMap = useResource(
    (signal) => get<FeatureCollection>("/sites.geojson", query, signal), [state, kind, district], (event) => event.service === "sites",
  );
  const drawn = useMemo(() => onMap.value && {
    ...onMap.value,
    features: onMap.value.features.map((one) => ({ ...one, properties: { ...one.properties, chosen: one.properties?.["site_id"] === opened } })),
  }, [onMap.value, opened]);
  useSource("sites", drawn);
  usePick("sites", "site_id", setOpened);
  if (files) return <SiteFiles onBack={() => setFiles(false)} />;
  if (opened) return <SiteDetail siteId={opened} onBack={() => setOpened(null)} />;
  return (
    <section data-testid="sites">
      <div class="bar-row">
        <button type="button" class="secondary" data-testid="site-files-open" onClick={() => setFiles(true)}>{t("files.open")}</button>
      </div>
      <div class="filters three">
        <Select label={t("plan.state")} value={state} onChange={setState} testId="site-state"
          options={[{ value: "all" as const, text: t("common.all") }, ...SITE_STATES.map((value) => ({ value, text: word("siteState", value) }))]} />
        <Select label={t("zone.kind")} value={kind} onChange={setKind}
          options={[{ value: "all" as const, text: t("common.all") }, ...SITE_KINDS.map((value) => ({ value, text: word("siteKind", value) }))]} />
        <Select label={t("common.district")} value={district} onChange={setDistrict}
          options={[{ value: "all", text: t("common.all") }, ...(city.value?.districts ?? []).map(({ adcode, name }) => ({ value: adcode, text: said(name) }))]} />
      </div>
      <ProblemBox problem={sites.problem} onRetry={sites.reload} />
      {sites.loading && sites.items.length === 0 && <Loading />}
      {!sites.loading && !sites.problem && sites.items.length === 0 && <Empty title={t("planner.sitesEmpty")} />}
      <ul class="rows">
        {sites.items.map((site) => (
          <li key={site.site_id}>
            <button type="button" class="row" data-testid="site-row" {...lightsUp(at(site))} onClick={() => setOpened(site.site_id)}>
              <span class="row-top">
                <strong>{site.spec.name}</strong>
                <Chip tone={TONE[site.state]}>{word("siteState", site.state)}</Chip>
                <DemoTag demo={site.spec.demo} />
              </span>
              <span class="row-line quiet">
                {word("siteKind", site.spec.kind)} · {districtName(site.district)}
                <span class="row-id">{site.site_id}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <More more={sites.more} count={sites.items.length} />
    </section>
  );
}

const districtName = (adcode: string): string =>
  said(city.value?.districts.find((one) => one.adcode === adcode)?.name) || t("common.outside");

const at = (site: SiteView) => ({ place: [site.spec.lng, site.spec.lat] });

const standing = ({ status }: SiteView): string =>
  [word("siteStatus", status.status), status.reason, status.ends_at && t("site.until", { time: instant(status.ends_at) })].filter(Boolean).join(" · ");

function SiteDetail({ siteId, onBack }: { siteId: string; onBack: () => void }) {
  const found = useResource(
    (signal) => get<SiteView>(`/sites/${encodeURIComponent(siteId)}`, {}, signal), [siteId], (event) => event.key === siteId,
  );
  const used = useResource(
    (signal) => get<Utilisation>(`/sites/${encodeURIComponent(siteId)}/utilisation`, {}, signal), [siteId], (event) => event.key === siteId,
  );
  const site = found.value;
  useEffect(() => {
    if (!site) return;
    const back = rememberCamera();
    goTo(at(site));
    return () => { highlight(null); back(); };
  }, [site?.site_id]);
  return (
    <section class="detail" data-testid="site-detail">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {!site && found.loading && <Loading />}
      {site && (
        <>
          <header class="detail-head">
            <h3>{site.spec.name}</h3>
            <Chip tone={TONE[site.state]}>{word("siteState", site.state)}</Chip>
            {site.status.status !== "open" && <Chip tone="warn">{word("siteStatus", site.status.status)}</Chip>}
            <DemoTag demo={site.spec.demo} />
          </header>
          <Facts
            rows={[
              [t("plan.number"), <code>{site.site_id}</code>],
              [t("zone.kind"), `${word("siteKind", site.spec.kind)} · ${t("planner.pads", { n: site.spec.pads })}`],
              [t("common.district"), districtName(site.district)],
              [t("planner.position"), formatPosition([site.spec.lng, site.spec.lat])],
              Boolean(site.spec.address) && [t("planner.address"), site.spec.address],
              Boolean(site.spec.source) && [t("planner.source"), site.spec.source],
              site.status.status !== "open" && [t("site.status"), standing(site)],
              Boolean(used.value) && [t("site.day"), t("site.moved", { up: used.value?.takeoffs ?? 0, down: used.value?.landings ?? 0, diverted: used.value?.diversions ?? 0 })],
              [t("planner.target"), site.reason ? t("common.pair", { name: t("planner.countsNot"), text: said(site.reason) }) : t("planner.counts")],
            ]}
          />
          {session.value?.roles.includes("planner") && <Moves site={site} onMoved={found.reload} />}
          <Premises spec={site.spec} />
          {site.assessment && (
            <>
              <h4>{t("plan.assessment")}</h4>
              <Findings assessment={site.assessment} />
            </>
          )}
          <History path={`/sites/${encodeURIComponent(site.site_id)}/history`} of={site.site_id} />
        </>
      )}
    </section>
  );
}
