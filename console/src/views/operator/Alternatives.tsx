// The nearest flights that are better off: each seen on the map, and taken over with one click.
import type { Alternative, Outcome } from "../../api/types";
import { Chip } from "../../components/basics";
import { collection, EMPTY, lineFeature } from "../../geo";
import { said, t } from "../../i18n";
import { setSource } from "../../map/map";

const TONE: Record<Outcome, string> = { approved: "good", refused: "bad", awaiting: "warn", not_required: "calm" };

export function Alternatives({ found, onTake }: { found: readonly Alternative[]; onTake: (one: Alternative) => void }) {
  if (found.length === 0) return null;
  return (
    <section class="alternatives" data-testid="alternatives">
      <h4>{t("operator.alternatives")}</h4>
      <ul class="rows">
        {found.map((one, i) => (
          <li key={i} class="hit alternative" {...shows(one)}>
            <span>{said(one.message)}</span>
            <Chip tone={TONE[one.outcome]}>{said(one.outcome_message)}</Chip>
            <button type="button" class="secondary" data-testid="take" onClick={() => { setSource("highlight", EMPTY); onTake(one); }}>
              {t("operator.take")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The way of an alternative on the map, while the pointer or the focus is on it. */
function shows(one: Alternative) {
  const show = (): void => setSource("highlight", collection([lineFeature((one.intent.path ?? []).map(({ lng, lat }) => [lng, lat]))]));
  const hide = (): void => setSource("highlight", EMPTY);
  return { onMouseEnter: show, onMouseLeave: hide, onFocusCapture: show, onBlurCapture: hide };
}
