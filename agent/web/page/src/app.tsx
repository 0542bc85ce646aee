// SPDX-License-Identifier: Apache-2.0
// app.tsx: who is asking, in which language, and then the shell with its views.
import type { Session } from "contract";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { onLoggedOut, Problem, readSession } from "./api/client";
import { type Around, AroundContext } from "./around";
import { ProblemBox } from "./parts/problem";
import { useNews } from "./parts/news";
import { Loading } from "./parts/view";
import { chosenLanguage, keepLanguage, type Language } from "./preferences";
import { Shell } from "./shell";
import { LoginView } from "./views/login";
import { Formats } from "./words/formats";
import { wordsOf } from "./words/words";

export function App() {
    const [language, setLanguage] = useState<Language>(chosenLanguage());
    const [session, setSession] = useState<Session>();
    const [problem, setProblem] = useState<Problem>();
    const { tell, newsBar } = useNews();

    const renewSession = useCallback(() => {
        readSession().then(
            (read) => {
                setSession(read);
                setProblem(undefined);
            },
            (error: unknown) => setProblem(error instanceof Problem ? error : new Problem({})),
        );
    }, []);

    useEffect(() => {
        onLoggedOut(renewSession);
        renewSession();
    }, []);
    useEffect(() => {
        document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    }, [language]);

    const formats = useMemo(() => new Formats(language), [language]);
    const around: Around = useMemo(
        () => ({
            words: wordsOf[language],
            formats,
            tell,
            needsPassword: session?.needsPassword ?? false,
            renewSession,
        }),
        [language, session],
    );
    const changeLanguage = (next: Language) => {
        keepLanguage(next);
        setLanguage(next);
    };

    return (
        <AroundContext.Provider value={around}>
            {session === undefined ? (
                <main class="gate">
                    {problem ? <ProblemBox problem={problem} retry={renewSession} /> : <Loading />}
                </main>
            ) : session.isLoggedIn || !session.needsPassword ? (
                <Shell language={language} changeLanguage={changeLanguage} loggedOut={renewSession} />
            ) : (
                <LoginView language={language} changeLanguage={changeLanguage} loggedIn={setSession} />
            )}
            {newsBar}
        </AroundContext.Provider>
    );
}
