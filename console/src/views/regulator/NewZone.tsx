// Draw a circle zone, see what it would hit, publish it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import { BINDS, REFERENCES, RESTRICTIONS, type TouchedView, type Zone, ZONE_KINDS } from "../../api/types";
import { ProblemBox } from "../../components/basics";
import { goToFault, Input, Select, TextArea } from "../../components/fields";
import { circleRing, collection, distanceM, drawable, formatPosition, lineFeature, parsePosition, pointFeature } from "../../geo";
import { EMPTY } from "../../geo";
import { t, word } from "../../i18n";
import { frameGeometries, setSource, useMapTool, useSource } from "../../map/map";
import { timezone } from "../../state";
import { cityName, zoneName } from "../../words";
import { Impact } from "./Impact";
import { specOf, type ZoneDraft, type ZoneFault, zoneFaults } from "./zoneDraft";

type Drawing = "center" | "radius" | "done";

export function NewZone({ onDone }: { onDone: (zone?: Zone) => void }) {
  const [draft, setDraft] = useState<ZoneDraft>(() => ({
    center: "", radius: "", name: "", kind: "prohibited", restriction: "PROHIBITED", lower: "", upper: "", reference: "AGL",
    startsAt: "", endsAt: "", binds: "both", authority: t("zone.defaultAuthority", { city: cityName() }), reason: "", article: "",
    noticeBy: "", noticeNumber: "", noticeIssuedAt: "", emergency: false,
  }));
  const amend = (change: Partial<ZoneDraft>): void => setDraft((before) => ({ ...before, ...change }));
  const [drawing, setDrawing] = useState<Drawing>("center");
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState<"impact" | "publish" | null>(null);
  const [impact, setImpact] = useState<{ of: string; answer: TouchedView } | null>(null);
  useCircleTool(draft, amend, drawing, setDrawing);

  const spec = specOf(draft, timezone.value);
  const body = JSON.stringify(spec);
  const run = async (what: "impact" | "publish", work: () => Promise<void>): Promise<void> => {
    setTried(true);
    if (!spec) return goToFault(form.current);
    setBusy(what);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(null);
    }
  };
  const ask = () => run("impact", async () => {
    if (spec) frameGeometries([drawable(spec.outline)]);
    setImpact({ of: body, answer: await post<TouchedView>("/zones/impact", spec) });
  });
  const publish = () => run("publish", async () => onDone(await post<Zone>("/zones", spec)));

  const missing = tried ? zoneFaults(draft) : [];
  const wrong = (field: ZoneFault | string, text = ""): string | null =>
    (missing.includes(field as ZoneFault) ? text || t("zone.badNumber") : null) ?? fieldProblem(problem, field);
  return (
    <form ref={form} class="detail" noValidate onSubmit={(event) => { event.preventDefault(); void ask(); }} data-testid="zone-form">
      <button type="button" class="back" onClick={() => onDone()}>← {t("common.back")}</button>
      <h3>{t("regulator.newZone")}</h3>
      <p class="quiet small">{drawing === "radius" ? t("zone.drawRadiusHint") : t("zone.drawHint")}</p>
      <div class="grid">
        <Input label={t("zone.center")} value={draft.center} testId="zone-center" problem={wrong("center", t("zone.badCenter"))}
          onInput={(center) => { amend({ center }); setDrawing("done"); }} />
        <Input label={t("zone.radius")} type="number" min={1} step="any" value={draft.radius} testId="zone-radius" problem={wrong("radius_m")}
          onInput={(radius) => { amend({ radius }); setDrawing("done"); }} />
        {drawing === "done" && (
          <button type="button" class="quiet-button wide" onClick={() => { amend({ center: "", radius: "" }); setDrawing("center"); }}>{t("zone.draw")}</button>
        )}
        <Input wide label={t("zone.name")} value={draft.name} testId="zone-name" problem={wrong("name", t("zone.nameNeeded"))} onInput={(name) => amend({ name })} />
        <Select label={t("zone.kind")} value={draft.kind} options={ZONE_KINDS.map((value) => ({ value, text: word("zoneKind", value) }))}
          problem={wrong("kind")} onChange={(kind) => amend({ kind })} />
        <Select label={t("zone.restriction")} value={draft.restriction} testId="zone-restriction" problem={wrong("restriction")}
          options={RESTRICTIONS.map((value) => ({ value, text: word("restriction", value) }))} onChange={(restriction) => amend({ restriction })} />
        <Input label={t("zone.lower")} hint={t("zone.lowerHint")} type="number" step="any" value={draft.lower} testId="zone-lower" problem={wrong("lower")}
          onInput={(lower) => amend({ lower })} />
        <Input label={t("zone.upper")} hint={t("zone.upperHint")} type="number" step="any" value={draft.upper} testId="zone-upper" problem={wrong("upper")}
          onInput={(upper) => amend({ upper })} />
        <Select label={t("zone.reference")} value={draft.reference} onChange={(reference) => amend({ reference })}
          options={REFERENCES.map((value) => ({ value, text: word("reference", value) }))} />
        <Select label={t("zone.binds")} value={draft.binds} options={BINDS.map((value) => ({ value, text: word("binds", value) }))}
          onChange={(binds) => amend({ binds })} />
        <Input label={t("zone.startsAt", { zone: zoneName() })} type="datetime-local" value={draft.startsAt} problem={wrong("starts_at")} onInput={(startsAt) => amend({ startsAt })} />
        <Input label={t("zone.endsAt", { zone: zoneName() })} type="datetime-local" value={draft.endsAt} problem={wrong("ends_at")} onInput={(endsAt) => amend({ endsAt })} />
        {draft.kind === "temporary" && <Notice draft={draft} amend={amend} wrong={wrong} />}
        <Input wide label={t("zone.authority")} value={draft.authority} problem={wrong("authority", t("zone.authorityNeeded"))} onInput={(authority) => amend({ authority })} />
        <TextArea wide label={t("zone.reason")} value={draft.reason} problem={wrong("reason")} onInput={(reason) => amend({ reason })} />
      </div>
      <ProblemBox problem={problem} />
      <div class="actions">
        <button type="submit" class="secondary" data-testid="zone-impact" disabled={busy !== null}>
          {busy === "impact" ? t("zone.impactRunning") : t("zone.impact")}
        </button>
        <button type="button" class="primary" data-testid="zone-publish" disabled={busy !== null} onClick={() => void publish()}>
          {busy === "publish" ? t("zone.publishing") : t("zone.publish")}
        </button>
      </div>
      {impact && <Impact answer={impact.answer} stale={impact.of !== body} />}
    </form>
  );
}

interface NoticeProps {
  draft: ZoneDraft;
  amend: (change: Partial<ZoneDraft>) => void;
  wrong: (field: ZoneFault, text?: string) => string | null;
}

/** What a temporary control rests on: without it the platform refuses one. */
function Notice({ draft, amend, wrong }: NoticeProps) {
  return (
    <>
      <Input label={t("zone.noticeBy")} value={draft.noticeBy} testId="zone-notice-by" problem={wrong("notice.determined_by", t("zone.noticeNeeded"))}
        onInput={(noticeBy) => amend({ noticeBy })} />
      <Input label={t("zone.noticeNumber")} value={draft.noticeNumber} testId="zone-notice-number" problem={wrong("notice.number", t("zone.noticeNeeded"))}
        onInput={(noticeNumber) => amend({ noticeNumber })} />
      <Input label={t("zone.noticeIssuedAt", { zone: zoneName() })} type="datetime-local" value={draft.noticeIssuedAt} testId="zone-notice-issued"
        problem={wrong("notice.issued_at", t("zone.noticeNeeded"))} onInput={(noticeIssuedAt) => amend({ noticeIssuedAt })} />
      <Select label={t("zone.emergency")} value={draft.emergency ? "yes" : "no"} onChange={(value) => amend({ emergency: value === "yes" })}
        options={[{ value: "no", text: t("zone.lead24h") }, { value: "yes", text: t("zone.lead30min") }]} />
    </>
  );
}

/** First click the centre, then the radius follows the pointer until the second click. */
function useCircleTool(draft: ZoneDraft, amend: (change: Partial<ZoneDraft>) => void, drawing: Drawing, setDrawing: (next: Drawing) => void): void {
  const center = parsePosition(draft.center);
  const radius = Number(draft.radius);
  const resize = useCallback((at: [number, number]) => {
    if (drawing === "radius" && center) amend({ radius: String(Math.max(10, Math.round(distanceM(center, at) / 10) * 10)) });
  }, [drawing, draft.center]);
  const click = useCallback(({ position }: { position: [number, number] }) => {
    if (drawing === "center") {
      amend({ center: formatPosition(position) });
      setDrawing("radius");
    } else {
      resize(position);
      setDrawing("done");
    }
  }, [drawing, resize]);
  useMapTool(drawing !== "done", click, resize);
  const features = center ? [pointFeature(center, { label: "" })] : [];
  useSource("draft", collection(
    center && radius > 0
      ? [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circleRing(center, radius)] } }, lineFeature([center, circleRing(center, radius, 4)[1] ?? center]), ...features]
      : features,
  ));
  useEffect(() => () => setSource("draft", EMPTY), []);
}
