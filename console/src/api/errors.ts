// Problems of the API (RFC 9457) as one error class, and where in a form each belongs.
import { problemSentence } from "../i18n/problems";

export interface FieldProblem {
  field: string;
  detail: string;
}

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly kind: string = "",
  ) {
    super(detail || title);
    this.name = "ApiProblem";
  }
}

interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string;
  field?: string | null;
  errors?: FieldProblem[];
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    // a proxy's own page: the status is all we know
  }
  const fields = [...(body.errors ?? [])];
  if (body.field && !fields.some((entry) => entry.field === body.field)) {
    fields.unshift({ field: body.field, detail: body.detail ?? "" });
  }
  return new ApiProblem(response.status, body.title ?? response.statusText, body.detail ?? "", fields, body.type?.split(":").at(-1) ?? "");
}

export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem ? error : new ApiProblem(0, "", error instanceof Error ? error.message : String(error));

/** What is wrong with the named field: `departs_at` finds `intent.departs_at`, `path` finds `intent.path.3.lat` too. */
export function fieldProblem(problem: ApiProblem | null, name: string): string | null {
  const found = problem?.fields.find((entry) => entry.field.split(".").includes(name));
  return found ? problemSentence(found.detail) : null;
}
