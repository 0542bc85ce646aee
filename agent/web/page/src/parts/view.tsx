// SPDX-License-Identifier: Apache-2.0
// view.tsx: the frame of a view, and what it shows while it has nothing to show.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Live } from "../api/live";
import { useAround } from "../around";
import { Icon, type IconName } from "./icon";
import { ProblemBox } from "./problem";

interface ViewProps {
    title: string;
    lead?: ComponentChildren;
    actions?: ComponentChildren;
    children: ComponentChildren;
}

/// A heading and what belongs below it. The heading gets the focus when the view appears, so that a screen reader
/// says where the person is.
export function View({ title, lead, actions, children }: ViewProps) {
    const { words } = useAround();
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} · ${words.product}`;
    }, [title, words]);
    useEffect(() => heading.current?.focus({ preventScroll: true }), []);
    return (
        <div class="view">
            <div class="view-head">
                <div class="grow">
                    <h1 ref={heading} tabIndex={-1}>
                        {title}
                    </h1>
                    {lead !== undefined && <p class="lead">{lead}</p>}
                </div>
                {actions !== undefined && <div class="actions">{actions}</div>}
            </div>
            {children}
        </div>
    );
}

/// What was read, once it is there; before, that it is loading; when it could not be read, why. A later failure keeps
/// the old beside the news that it is old.
export function Loaded<T>({ live, children }: { live: Live<T>; children: (value: T) => ComponentChildren }) {
    const { words, formats } = useAround();
    if (live.value === undefined) {
        if (live.problem) return <ProblemBox problem={live.problem} retry={live.reload} />;
        return <Loading />;
    }
    return (
        <>
            {live.problem?.isUnreachable && (
                <p class="notice careful" role="status">
                    <Icon name="warning" />
                    <span>{words.problem.shownAsOf(formats.clockTime(live.readAt))}</span>
                </p>
            )}
            {live.problem && !live.problem.isUnreachable && <ProblemBox problem={live.problem} />}
            {children(live.value)}
        </>
    );
}

/// Appears after a moment (page.css), so that what comes at once does not flicker.
export function Loading() {
    const { words } = useAround();
    return (
        <div class="loading" role="status">
            <span class="visually-hidden">{words.loading}</span>
            <div class="bone wide" />
            <div class="bone" />
            <div class="bone" />
        </div>
    );
}

interface EmptyProps {
    icon: IconName;
    title: string;
    lead: string;
    children?: ComponentChildren;
}

export function Empty({ icon, title, lead, children }: EmptyProps) {
    return (
        <div class="empty">
            <Icon name={icon} />
            <p class="strong">{title}</p>
            <p class="quiet">{lead}</p>
            {children}
        </div>
    );
}

interface PanelProps {
    title?: string;
    actions?: ComponentChildren;
    children: ComponentChildren;
    isFlush?: boolean;
}

/// `isFlush` lets a table reach the edges.
export function Panel({ title, actions, children, isFlush = false }: PanelProps) {
    return (
        <section class={isFlush ? "panel flush" : "panel"}>
            {title !== undefined && (
                <div class="panel-head">
                    <h2>{title}</h2>
                    {actions}
                </div>
            )}
            {children}
        </section>
    );
}

interface PagerProps {
    isFirst: boolean;
    next: string | null;
    /// What leads to the first and to the next entries, where these are not the newest and older ones.
    names?: { first: string; next: string };
    show: (cursor: string | undefined) => void;
}

/// Leads to older entries and back to the newest.
export function Pager({ isFirst, next, names, show }: PagerProps) {
    const { words } = useAround();
    if (isFirst && next === null) return null;
    return (
        <div class="pager">
            <button type="button" class="button" disabled={isFirst} onClick={() => show(undefined)}>
                {names?.first ?? words.newer}
            </button>
            <button type="button" class="button" disabled={next === null} onClick={() => next !== null && show(next)}>
                {names?.next ?? words.older}
            </button>
        </div>
    );
}
