// The page's head: name, views, whether the page is live, who is there, the language.
import { useState } from "preact/hooks";
import { streamState } from "../api/live";
import { PERSONAS } from "../api/personas";
import { type Role, ROLES } from "../api/roles";
import { assume, forget, issuer, orgOf, session } from "../api/session";
import { language, speak, t } from "../i18n";
import { city, view } from "../state";
import { orgName, zoneName } from "../words";

export function Header() {
  const name = city.value?.name[language.value];
  return (
    <header class="head">
      <div class="brand">
        <img src="/favicon.svg" width="26" height="26" alt="" />
        <h1>{t("app.name")}<small>{name ? `${name} · ` : ""}{t("app.subtitle")}</small></h1>
      </div>
      <nav aria-label={t("app.views")}>
        {ROLES.map((role) => <ViewButton key={role} role={role} />)}
      </nav>
      <div class="head-end">
        <span class={`live ${streamState.value}`} role="status" data-testid="live" data-state={streamState.value}>{t(`live.${streamState.value}`)}</span>
        {city.value && <span class="clocks" title={t("time.note", { zone: zoneName() })}>{zoneName()}</span>}
        {issuer.value === "present" ? <Persona /> : <SignedIn />}
        <button type="button" class="quiet-button" aria-label={t("app.languageLabel")} data-testid="language" onClick={() => speak(language.value === "zh" ? "en" : "zh")}>
          {t("app.language")}
        </button>
      </div>
    </header>
  );
}

function ViewButton({ role }: { role: Role }) {
  const open = session.value?.roles.includes(role) ?? false;
  const choose = (): void => {
    if (open) view.value = role;
    else void assume(role).then((done) => { if (done) view.value = role; });
  };
  if (!open && issuer.value !== "present") return null;
  return (
    <button type="button" aria-current={view.value === role ? "page" : undefined} data-testid={`tab-${role}`} onClick={choose}>
      {t(`role.${role}`)}
    </button>
  );
}

/** In the demo anyone may be any organisation: a list of the demo's own, and a free name. */
function Persona() {
  const [typing, setTyping] = useState(false);
  const role = view.value;
  const org = session.value?.org ?? orgOf(role);
  const orgs = [...new Set([org, ...PERSONAS[role].map((persona) => persona.org)])];
  const choose = (name: string): void => { setTyping(false); if (name.trim()) void assume(role, name.trim()); };
  if (typing) {
    return (
      <form class="persona" onSubmit={(event) => { event.preventDefault(); choose(new FormData(event.currentTarget).get("org") as string); }}>
        <input name="org" aria-label={t("app.personaPrompt")} placeholder={t("app.personaPrompt")} autoFocus data-testid="persona-name" />
        <button type="button" class="quiet-button" onClick={() => setTyping(false)}>{t("common.cancel")}</button>
      </form>
    );
  }
  return (
    <label class="persona">
      <span class="chip demo">{t("app.persona")}</span>
      <select
        value={org} data-testid="persona" aria-label={t("app.persona")}
        onChange={(event) => (event.currentTarget.value === "" ? setTyping(true) : choose(event.currentTarget.value))}
      >
        {orgs.map((one) => <option key={one} value={one}>{orgName(one)}</option>)}
        <option value="">{t("app.personaOther")}</option>
      </select>
    </label>
  );
}

function SignedIn() {
  return (
    <span class="persona">
      <span>{session.value?.org}</span>
      <button type="button" class="quiet-button" onClick={forget}>{t("app.signOut")}</button>
    </span>
  );
}
