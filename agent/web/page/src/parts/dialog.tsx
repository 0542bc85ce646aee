// SPDX-License-Identifier: Apache-2.0
// dialog.tsx: a question that wants an answer before anything else.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
    title: string;
    close: () => void;
    children: ComponentChildren;
}

/// The browser's own dialogue keeps the focus inside, closes with Escape, and gives the focus back when it is closed.
export function Dialog({ title, close, children }: DialogProps) {
    const dialog = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const element = dialog.current;
        element?.showModal();
        return () => element?.close();
    }, []);
    return (
        <dialog
            ref={dialog}
            aria-labelledby={id}
            onCancel={(event) => {
                event.preventDefault();
                close();
            }}
        >
            <h2 id={id}>{title}</h2>
            {children}
        </dialog>
    );
}
