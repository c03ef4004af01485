// Whom the page is for: what each sees is under views/.
export type Role = "operator" | "regulator" | "planner";
export const ROLES: readonly Role[] = ["operator", "regulator", "planner"];
