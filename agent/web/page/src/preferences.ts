// SPDX-License-Identifier: Apache-2.0
// preferences.ts: what a person chose for this browser: language and theme.
export type Language = "en" | "zh";
export type Theme = "system" | "light" | "dark";

// A browser may forbid the page to keep anything; it then keeps it until it is closed.
function kept(name: string): string | null {
    try {
        return localStorage.getItem(name);
    } catch {
        return null;
    }
}

function keep(name: string, value: string): void {
    try {
        localStorage.setItem(name, value);
    } catch {
        // Then it is for this visit alone.
    }
}

export function chosenLanguage(): Language {
    const language = kept("language");
    if (language === "en" || language === "zh") return language;
    return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
    keep("language", language);
}

export function chosenTheme(): Theme {
    const theme = kept("theme");
    return theme === "light" || theme === "dark" ? theme : "system";
}

export function keepTheme(theme: Theme): void {
    keep("theme", theme);
    showTheme(theme);
}

/// The style sheet looks at this attribute, and at what the system wants when there is none.
export function showTheme(theme: Theme): void {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
}
