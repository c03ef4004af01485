// The organisations of the demo city, so that a visitor of the demo can be each of them; any other name can be typed.
import type { Role } from "./roles";

export interface Persona {
  org: string;
  zh: string;
  en: string;
}

export const PERSONAS: Record<Role, readonly [Persona, ...Persona[]]> = {
  operator: [
    { org: "demo-chengguan", zh: "城管巡飞", en: "Urban management patrol" },
    { org: "demo-hangfei", zh: "航飞服务公司", en: "Flight service company" },
    { org: "demo-huanbao", zh: "环保巡查", en: "Environmental patrol" },
    { org: "demo-police", zh: "公安", en: "Police" },
    { org: "demo-shuiwu", zh: "水务河湖巡查", en: "Water patrol" },
    { org: "demo-delivery-a", zh: "即时配送甲", en: "Delivery A" },
    { org: "demo-delivery-b", zh: "即时配送乙", en: "Delivery B" },
    { org: "demo-logistics", zh: "支线物流", en: "Branch logistics" },
    { org: "demo-medical", zh: "医疗配送", en: "Medical delivery" },
    { org: "demo-tour", zh: "低空游览", en: "Sightseeing" },
    { org: "demo-ga", zh: "通航", en: "General aviation" },
    ...["一", "二", "三", "四", "五", "六"].map((number, i) => ({ org: `demo-survey-${i + 1}`, zh: `航拍测绘${number}`, en: `Survey ${i + 1}` })),
    { org: "demo-power", zh: "电力巡检", en: "Power line inspection" },
    { org: "demo-bridge", zh: "桥梁巡检", en: "Bridge inspection" },
    { org: "demo-farm", zh: "植保服务队", en: "Crop spraying" },
    { org: "demo-show", zh: "编队表演公司", en: "Drone show company" },
    { org: "demo-fire", zh: "消防救援", en: "Fire and rescue" },
    { org: "demo-maker", zh: "整机制造企业", en: "Aircraft maker" },
    { org: "demo-post", zh: "邮政乡村投递", en: "Rural post" },
  ],
  regulator: [{ org: "demo-authority", zh: "市低空飞行管理部门", en: "City low-altitude authority" }],
  planner: [{ org: "demo-fgw", zh: "市发改委", en: "Development and Reform Commission" }],
};

/** The name of a demo organisation; any other goes by its own. */
export function personaName(org: string, language: "zh" | "en"): string {
  const known = Object.values(PERSONAS).flat().find((persona) => persona.org === org);
  return known ? known[language] : org;
}
