// Asks for a token where the platform issues none itself, and again after a 401.
import { useState } from "preact/hooks";
import { ROLES } from "../api/roles";
import { adopt, session } from "../api/session";
import { language, speak, t } from "../i18n";
import { view } from "../state";
import { TextArea } from "./fields";

export function Gate() {
  const [token, setToken] = useState("");
  const [bad, setBad] = useState(false);
  const enter = (): void => {
    if (!adopt(token)) return setBad(true);
    view.value = ROLES.find((role) => session.value?.roles.includes(role)) ?? view.value;
  };
  return (
    <main class="gate" data-testid="gate">
      <form onSubmit={(event) => { event.preventDefault(); enter(); }}>
        <p class="brand"><img src="/favicon.svg" width="30" height="30" alt="" /> <strong>{t("app.title")}</strong></p>
        <h1>{t("gate.title")}</h1>
        <p class="quiet">{t("gate.note")}</p>
        <TextArea label={t("gate.token")} rows={5} value={token} onInput={(text) => { setToken(text); setBad(false); }} problem={bad ? t("gate.invalid") : null} testId="gate-token" />
        <div class="actions">
          <button type="submit" class="primary" data-testid="gate-enter">{t("gate.enter")}</button>
          <button type="button" class="quiet-button" onClick={() => speak(language.value === "zh" ? "en" : "zh")}>{t("app.language")}</button>
        </div>
      </form>
    </main>
  );
}
