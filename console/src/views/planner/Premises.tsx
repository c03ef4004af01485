// What a site is made of, what it can take, who answers for it, and by which papers.
import type { ComponentChildren } from "preact";
import type { SiteSpec } from "../../api/types";
import { Facts } from "../../components/basics";
import { t, word } from "../../i18n";
import { orgName } from "../../words";

type Row = readonly [string, ComponentChildren] | false;

export function Premises({ spec }: { spec: SiteSpec }) {
  const listed = (group: string, words: readonly string[]) => words.map((one) => word(group, one)).join(" · ");
  const rows: Row[] = [
    [t("site.functions"), listed("siteFunction", spec.functions)],
    spec.aircraft_classes.length > 0 && [t("site.aircraft"), listed("aircraft", spec.aircraft_classes)],
    Boolean(spec.movements_per_window) && [t("site.capacity"), t("site.capacityOf", { n: spec.movements_per_window ?? 0, minutes: spec.window_min })],
    Boolean(spec.length_m || spec.width_m) && [t("site.size"), t("site.sizeOf", { length: spec.length_m ?? "–", width: spec.width_m ?? "–" })],
    Boolean(spec.surface) && [t("site.surface"), word("surface", spec.surface)],
    Boolean(spec.owner) && [t("site.owner"), spec.owner],
    Boolean(spec.operator) && [t("site.operator"), orgName(spec.operator)],
    Boolean(spec.unit) && [t("site.unit"), spec.unit],
  ];
  return (
    <>
      <Facts rows={rows} />
      <Listed title={t("site.contacts")} testId="site-contacts" lines={spec.contacts.map((one) =>
        [one.name, one.role, one.phone, one.email].filter(Boolean).join(" · "))} />
      <Listed title={t("site.feasibility")} testId="site-feasibility" lines={spec.feasibility.map((one) =>
        `${t("common.pair", { name: word("aspect", one.aspect), text: word("feasible", one.result) })} · ${one.assessed_by} · ${one.assessed_on}${one.note && ` · ${one.note}`}`)} />
      <Listed title={t("site.documents")} testId="site-documents" lines={spec.documents.map((one) => (
        <>
          {word("document", one.kind)} · {one.name}{one.dated_on ? ` · ${one.dated_on}` : ""}{one.reference && " · "}<Reference text={one.reference} />
        </>
      ))} />
    </>
  );
}

function Listed({ title, lines, testId }: { title: string; lines: readonly ComponentChildren[]; testId: string }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="plain" data-testid={testId}>{lines.map((line, number) => <li key={number}>{line}</li>)}</ul>
    </>
  );
}

/** A web address is a link; anything else stays a text, whatever it pretends to be. */
function Reference({ text }: { text: string }) {
  return /^https?:\/\//i.test(text) ? <a href={text} target="_blank" rel="noopener noreferrer">{text}</a> : <>{text}</>;
}
