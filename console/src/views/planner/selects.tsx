// The choices that several pages of the planner share: a unit, a district, a month.
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { UnitProgress } from "../../api/types";
import { Select } from "../../components/fields";
import { said, t } from "../../i18n";
import { monthOf, monthsBack } from "../../months";
import { city, timezone } from "../../state";

interface Choosing {
  value: string;
  onChange: (value: string) => void;
  testId?: string;
}

/** `*` is every unit; units that nobody declared anything under are none. */
export function UnitSelect({ value, onChange, testId }: Choosing) {
  const units = useResource((signal) => get<UnitProgress[]>("/progress/units", {}, signal), []);
  const names = (units.value ?? []).map((one) => one.unit).filter(Boolean).sort();
  return (
    <Select label={t("planner.owner")} value={value} onChange={onChange} testId={testId ?? "unit"}
      options={[{ value: "*", text: t("units.wholeCity") }, ...[...new Set([...names, ...(value === "*" ? [] : [value])])].map((name) => ({ value: name, text: name }))]} />
  );
}

export function DistrictSelect({ value, onChange, testId }: Choosing) {
  return (
    <Select label={t("common.district")} value={value} onChange={onChange} testId={testId ?? "district"}
      options={[{ value: "*", text: t("common.all") }, ...(city.value?.districts ?? []).map(({ adcode, name }) => ({ value: adcode, text: said(name) })), { value: "outside", text: t("common.outside") }]} />
  );
}

export const presentMonth = (): string => monthOf(new Date(), timezone.value);

export function MonthSelect({ value, onChange, testId }: Choosing) {
  return (
    <Select label={t("trend.month")} value={value} onChange={onChange} testId={testId ?? "month"}
      options={monthsBack(presentMonth(), 36).map((month, i) => ({ value: month, text: i === 0 ? `${month} ${t("trend.running")}` : month }))} />
  );
}
