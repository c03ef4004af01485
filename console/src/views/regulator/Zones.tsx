// Zones in a list and on the map; one opened to read or withdraw it; the way to a new one.
import { useEffect, useState } from "preact/hooks";
import { call, get } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/errors";
import { usePages } from "../../api/resource";
import { type Page, type Restriction, RESTRICTIONS, type Zone } from "../../api/types";
import { Chip, DemoTag, Empty, Facts, Loading, More, ProblemBox } from "../../components/basics";
import { Input, Select } from "../../components/fields";
import { t, word } from "../../i18n";
import type { Key } from "../../i18n/zh";
import { goTo, highlight, lightsUp } from "../../map/highlight";
import { rememberCamera, usePick } from "../../map/map";
import { heightBand, instant, personName, validity } from "../../words";
import { useZonesOnMap } from "../zonesOnMap";
import { NewZone } from "./NewZone";

export const RESTRICTION_TONE: Record<Restriction, string> = {
  PROHIBITED: "bad", REQ_AUTHORIZATION: "warn", CONDITIONAL: "violet", NO_RESTRICTION: "good",
};

type ZoneFilter = Restriction | "all" | "withdrawn";

export function Zones() {
  const [opened, setOpened] = useState<string | null>(null);
  const [drawing, setDrawing] = useState(false);
  const [filter, setFilter] = useState<ZoneFilter>("all");
  const [done, setDone] = useState<Key | null>(null);
  useZonesOnMap(opened);
  const zones = usePages(
    (cursor, signal) => get<Page<Zone>>("/zones", {
      state: filter === "withdrawn" ? "withdrawn" : "in_force", limit: 200, cursor,
    }, signal),
    [filter === "withdrawn"],
    (event) => event.type.startsWith("Zone"),
  );
  usePick(drawing ? "borders" : "zones", "zone_id", setOpened);
  if (drawing) {
    return <NewZone onDone={(published) => { setDrawing(false); setDone(published ? "zone.published" : null); zones.reload(); }} />;
  }

  const zone = zones.items.find((one) => one.zone_id === opened);
  if (zone) {
    const back = (withdrawn: boolean): void => { setOpened(null); setDone(withdrawn ? "regulator.zoneWithdrawn" : null); };
    return <ZoneDetail zone={zone} onBack={back} />;
  }

  const shown = zones.items.filter((one) => filter === "all" || filter === "withdrawn" || one.spec.restriction === filter);
  return (
    <section data-testid="zones">
      <div class="filters">
        <Select
          label={t("zone.restriction")} value={filter} onChange={setFilter}
          options={[
            { value: "all" as const, text: t("common.all") },
            ...RESTRICTIONS.map((value) => ({ value, text: word("restriction", value) })),
            { value: "withdrawn" as const, text: t("regulator.zoneState.withdrawn") },
          ]}
        />
        <button type="button" class="primary" data-testid="new-zone" onClick={() => setDrawing(true)}>{t("regulator.newZone")}</button>
      </div>
      {done && <p class="working" role="status" data-testid="zone-done">{t(done)}</p>}
      <ProblemBox problem={zones.problem} onRetry={zones.reload} />
      {zones.loading && zones.items.length === 0 && <Loading />}
      {!zones.loading && !zones.problem && shown.length === 0 && <Empty title={t("regulator.zonesEmpty")} />}
      <ul class="rows">
        {shown.map((one) => (
          <li key={one.zone_id}>
            <button
              type="button" class="row" data-testid="zone-row" data-zone={one.zone_id} {...lightsUp({ outline: one.spec.outline })}
              onClick={() => setOpened(one.zone_id)}
            >
              <span class="row-top">
                <strong>{one.spec.name}</strong>
                <Chip tone={RESTRICTION_TONE[one.spec.restriction]}>{word("restriction", one.spec.restriction)}</Chip>
                <DemoTag demo={one.spec.demo} />
              </span>
              <span class="row-line quiet">{word("zoneKind", one.spec.kind)} · {heightBand(one.spec.lower, one.spec.upper)}</span>
            </button>
          </li>
        ))}
      </ul>
      <More more={zones.more} count={shown.length} />
    </section>
  );
}

function ZoneDetail({ zone, onBack }: { zone: Zone; onBack: (withdrawn: boolean) => void }) {
  const { spec } = zone;
  useEffect(() => {
    const back = rememberCamera();
    goTo({ outline: spec.outline });
    return () => { highlight(null); back(); };
  }, [zone.zone_id]);
  return (
    <section class="detail" data-testid="zone-detail">
      <button type="button" class="back" onClick={() => onBack(false)}>← {t("common.back")}</button>
      <header class="detail-head">
        <h3>{spec.name}</h3>
        <Chip tone={RESTRICTION_TONE[spec.restriction]}>{word("restriction", spec.restriction)}</Chip>
        <DemoTag demo={spec.demo} />
      </header>
      <Facts
        rows={[
          [t("zone.kind"), word("zoneKind", spec.kind)],
          [t("zone.heights"), heightBand(spec.lower, spec.upper)],
          [t("zone.period"), validity(spec.starts_at, spec.ends_at)],
          [t("zone.binds"), word("binds", spec.binds)],
          [t("zone.authority"), spec.authority],
          Boolean(spec.reason) && [t("zone.reason"), spec.reason],
          Boolean(spec.article) && [t("zone.article"), spec.article],
          Boolean(spec.source) && [t("planner.source"), spec.source],
          [t("plan.number"), <code>{zone.zone_id}</code>],
          [t("plan.state"), `${word("regulator.zoneState", zone.state)} · ${t("zone.version", { n: zone.zone_version })}`],
        ]}
      />
      <p class="quiet small">{t("zone.by", { who: personName(zone.published_by), time: instant(zone.published_at) })}</p>
      {zone.state === "in_force" && <Withdraw zone={zone} onDone={() => onBack(true)} />}
    </section>
  );
}

function Withdraw({ zone, onDone }: { zone: Zone; onDone: () => void }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const withdraw = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("DELETE", `/zones/${encodeURIComponent(zone.zone_id)}`, { query: { reason } });
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <div class="plan-actions">
      <button type="button" class="secondary danger" aria-expanded={asking} data-testid="withdraw-zone" onClick={() => setAsking(!asking)}>
        {t("regulator.withdrawZone")}
      </button>
      {asking && (
        <form class="inline-form" onSubmit={(event) => { event.preventDefault(); void withdraw(); }}>
          <Input label={t("regulator.withdrawZoneReason")} value={reason} onInput={setReason} />
          <button type="submit" class="primary danger" disabled={busy} data-testid="withdraw-zone-confirm">{t("regulator.withdrawZoneConfirm")}</button>
        </form>
      )}
      <ProblemBox problem={problem} />
    </div>
  );
}
