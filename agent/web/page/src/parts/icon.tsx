// SPDX-License-Identifier: Apache-2.0
// icon.tsx: drawings of 24 by 24, in the colour of the text around them. They never stand for a word alone.
const drawings = {
    overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
    backup: "M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 14v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4",
    policies: "M7 3v3m10-3v3M4 9h16M4 5h16v15H4zm5 9 2.2 2.2L15.5 12",
    restore: "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M4 14v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4",
    points: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5M12 8v4.5l3 1.8",
    vaults: "M4 4h16v14H4zm3 14v2m10-2v2m-2-9a3 3 0 1 1-6 0 3 3 0 0 1 6 0z",
    alerts: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 20.5h4",
    settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 7a2 2 0 1 0 0-.01M9 17a2 2 0 1 0 0-.01",
    good: "M12 3 19 5.7v5.1c0 4.4-2.8 7.6-7 9.2-4.2-1.6-7-4.8-7-9.2V5.7zM8.8 11.8l2.3 2.3 4.2-4.4",
    check: "m5 12.5 4.5 4.5L19 7.5",
    warning: "M12 4 2.8 19.5h18.4zM12 10v4.5m0 2.5v.1",
    bad: "M8.3 3.5h7.4l4.8 4.8v7.4l-4.8 4.8H8.3l-4.8-4.8V8.3zM9 9l6 6m0-6-6 6",
    waiting: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v4.5l3 1.8",
    running: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM10 8.5v7l5.5-3.5z",
    paused: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM10 9v6m4-6v6",
    stopped: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9 9h6v6H9z",
    none: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 12h7",
    play: "M8 5.5v13l10.5-6.5z",
    pause: "M8.5 6v12m7-12v12",
    edit: "M5 19h3.5L19 8.5 15.5 5 5 15.5zM13 7.5l3.5 3.5",
    remove: "M5 7h14M10 7V4.5h4V7m-7 0 .8 12.5h8.4L17 7m-7 3.5v5.5m4-5.5v5.5",
    add: "M12 5v14M5 12h14",
    close: "M6 6l12 12M18 6 6 18",
    arrow: "M9 5.5l6.5 6.5L9 18.5",
    folder: "M4 6a1 1 0 0 1 1-1h4.5l2 2.5H19a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z",
    lock: "M7 11V8a5 5 0 0 1 10 0v3m-11 0h12v9H6z",
};

export type IconName = keyof typeof drawings;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={drawings[name]} />
        </svg>
    );
}
