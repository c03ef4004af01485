// The page: who is there, which view is in front, the panel beside the map.
import { useEffect, useState } from "preact/hooks";
import { get } from "./api/client";
import { type ApiProblem, asProblem } from "./api/errors";
import { connect } from "./api/live";
import { type Role, ROLES } from "./api/roles";
import { assume, resume, session } from "./api/session";
import type { City } from "./api/types";
import { Loading, ProblemBox } from "./components/basics";
import { Gate } from "./components/Gate";
import { Header } from "./components/Header";
import { language, t } from "./i18n";
import { MapView } from "./map/MapView";
import { showCity } from "./map/map";
import { city, demoSeen, view } from "./state";
import { OperatorView } from "./views/operator";
import { PlannerView } from "./views/planner";
import { RegulatorView } from "./views/regulator";

export function App() {
  const [started, setStarted] = useState(false);
  useEffect(() => { void begin().finally(() => setStarted(true)); }, []);
  useEffect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.title = t("app.title");
  }, [language.value]);
  if (!started) return <Loading />;
  if (!session.value) return <Gate />;
  return <Page />;
}

/** A kept token first; else the demo issuer, where there is one; else the page asks. */
async function begin(): Promise<void> {
  const wished = window.location.hash.replace(/^#\/?/, "");
  const role = ROLES.find((one) => one === wished);
  if (role) view.value = role;
  if (resume()) {
    const kept = session.value;
    if (kept && !kept.roles.includes(view.value)) await assume(view.value).catch(() => false);
  } else {
    await assume(view.value).catch(() => false);
  }
  const roles = session.value?.roles ?? [];
  view.value = ROLES.find((one) => one === view.value && roles.includes(one)) ?? ROLES.find((one) => roles.includes(one)) ?? view.value;
}

function Page() {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    get<City>("/city").then((found) => { city.value = found; setProblem(null); }).catch((error: unknown) => setProblem(asProblem(error)));
  }, [round]);
  const token = session.value?.token ?? "";
  useEffect(connect, [token]);
  useEffect(() => { window.history.replaceState(null, "", `#/${view.value}`); }, [view.value]);
  return (
    <div class="page">
      <a class="skip" href="#panel">{t("app.skip")}</a>
      <Header />
      {demoSeen.value && <p class="demo-banner" data-testid="demo-banner"><strong>{t("app.demo")}</strong> {t("app.demoNote")}</p>}
      {problem && <main class="centred"><ProblemBox problem={problem} onRetry={() => setRound((n) => n + 1)} /></main>}
      {!problem && !city.value && <Loading />}
      {city.value && (
        <div class="work">
          <main id="panel" class="panel" tabIndex={-1} aria-label={t(`role.${view.value}`)} data-testid={`view-${view.value}`}>
            <View key={`${session.value?.org} ${session.value?.roles.join(" ")}`} role={view.value} />
          </main>
          <MapView />
        </div>
      )}
    </div>
  );
}

/** Made anew for each organisation and role: nothing one saw may stay for the next; a renewed token changes nothing. */
function View({ role }: { role: Role }) {
  useEffect(() => showCity(city.value?.bounds ?? null), [role]);
  if (!session.value?.roles.includes(role)) return <p class="empty">{t("gate.noView")}</p>;
  switch (role) {
    case "operator": return <OperatorView />;
    case "regulator": return <RegulatorView />;
    case "planner": return <PlannerView />;
  }
}
