// Form fields: a label, the control, and what is wrong with it beneath.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  problem?: string | null;
  hint?: string;
  wide?: boolean;
}

function Field({ label, problem, hint, wide, control }: FieldProps & { control: (id: string, described: string | undefined) => ComponentChildren }) {
  const id = useId();
  const note = problem || hint ? `${id}-note` : undefined;
  return (
    <div class={`field${wide ? " wide" : ""}${problem ? " wrong" : ""}`}>
      <label for={id}>{label}</label>
      {control(id, note)}
      {(problem || hint) && <p id={note} class={problem ? "field-problem" : "field-hint"}>{problem || hint}</p>}
    </div>
  );
}

interface InputProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "number" | "datetime-local" | "date";
  min?: number;
  max?: number;
  step?: number | "any";
  required?: boolean;
  placeholder?: string;
  testId?: string;
  list?: string;
}

export function Input({ value, onInput, type = "text", testId, min, max, step, required, placeholder, list, ...field }: InputProps) {
  return (
    <Field
      {...field}
      control={(id, described) => (
        <input
          id={id} type={type} value={value} min={min} max={max} step={step} required={required} placeholder={placeholder}
          list={list} data-testid={testId} aria-describedby={described} aria-invalid={Boolean(field.problem)} autoComplete="off"
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    />
  );
}

interface SelectProps<T extends string> extends FieldProps {
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; text: string }[];
  testId?: string;
}

export function Select<T extends string>({ value, onChange, options, testId, ...field }: SelectProps<T>) {
  return (
    <Field
      {...field}
      control={(id, described) => (
        <select
          id={id} value={value} data-testid={testId} aria-describedby={described} aria-invalid={Boolean(field.problem)}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}
        </select>
      )}
    />
  );
}

export function TextArea({ value, onInput, testId, rows = 2, ...field }: FieldProps & { value: string; onInput: (value: string) => void; testId?: string; rows?: number }) {
  return (
    <Field
      {...field}
      control={(id, described) => (
        <textarea
          id={id} rows={rows} value={value} data-testid={testId} aria-describedby={described} aria-invalid={Boolean(field.problem)}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function FileInput({ accept, onChoose, testId, ...field }: FieldProps & { accept: string; onChoose: (file: File | null) => void; testId?: string }) {
  return (
    <Field
      {...field}
      control={(id, described) => (
        <input
          id={id} type="file" accept={accept} data-testid={testId} aria-describedby={described} aria-invalid={Boolean(field.problem)}
          onChange={(event) => onChoose(event.currentTarget.files?.[0] ?? null)}
        />
      )}
    />
  );
}

/** Brings the first field that is wrong into view and under the cursor, once it is marked. */
export function goToFault(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>(".wrong input, .wrong select, .wrong textarea")?.focus());
}

/** A number typed by a person; null where it is none. */
export function numberOf(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
