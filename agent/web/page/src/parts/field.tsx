// SPDX-License-Identifier: Apache-2.0
// field.tsx: labelled inputs that say what they take and why they were refused.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

import { Icon } from "./icon";

/// What an input needs to belong to its label, hint and refusal.
export interface FieldTies {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean | undefined;
}

interface FieldProps {
    label: string;
    hint?: string | undefined;
    fault?: string | undefined;
    children: (ties: FieldTies) => ComponentChildren;
}

export function Field({ label, hint, fault, children }: FieldProps) {
    const id = useId();
    const described = [hint ? `${id}-hint` : "", fault ? `${id}-fault` : ""].filter((name) => name !== "").join(" ");
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {children({
                id,
                "aria-describedby": described === "" ? undefined : described,
                "aria-invalid": fault ? true : undefined,
            })}
            {hint && (
                <p class="hint" id={`${id}-hint`}>
                    {hint}
                </p>
            )}
            <Fault id={`${id}-fault`} sentence={fault} />
        </div>
    );
}

/// Why a value was refused.
export function Fault({ id, sentence }: { id: string; sentence: string | undefined }) {
    if (!sentence) return null;
    return (
        <p class="fault" id={id}>
            <Icon name="warning" />
            <span>{sentence}</span>
        </p>
    );
}

interface TextFieldProps {
    label: string;
    hint?: string | undefined;
    fault?: string | undefined;
    value: string;
    change: (value: string) => void;
    type?: "text" | "password" | "number" | "datetime-local";
    autocomplete?: string;
    isLong?: boolean;
    isRequired?: boolean;
}

/// One line, or several when it `isLong`.
export function TextField(props: TextFieldProps) {
    const { label, hint, fault, value, change, type = "text", autocomplete = "off", isLong, isRequired } = props;
    return (
        <Field label={label} hint={hint} fault={fault}>
            {(ties) =>
                isLong ? (
                    <textarea {...ties} rows={4} value={value} onInput={(event) => change(event.currentTarget.value)} />
                ) : (
                    <input
                        {...ties}
                        type={type}
                        autocomplete={autocomplete}
                        spellcheck={false}
                        aria-required={isRequired}
                        value={value}
                        onInput={(event) => change(event.currentTarget.value)}
                    />
                )
            }
        </Field>
    );
}

interface CheckProps {
    label: string;
    isOn: boolean;
    change: (isOn: boolean) => void;
}

export function Check({ label, isOn, change }: CheckProps) {
    return (
        <label class="check">
            <input type="checkbox" checked={isOn} onChange={(event) => change(event.currentTarget.checked)} />
            <span>{label}</span>
        </label>
    );
}

interface ChoiceProps<T extends string> {
    label: string;
    value: T;
    choices: Array<[T, string]>;
    change: (value: T) => void;
    hint?: string | undefined;
    fault?: string | undefined;
}

export function Choice<T extends string>({ label, value, choices, change, hint, fault }: ChoiceProps<T>) {
    return (
        <Field label={label} hint={hint} fault={fault}>
            {(ties) => (
                <select {...ties} value={value} onChange={(event) => change(event.currentTarget.value as T)}>
                    {choices.map(([choice, word]) => (
                        <option key={choice} value={choice} selected={choice === value}>
                            {word}
                        </option>
                    ))}
                </select>
            )}
        </Field>
    );
}
