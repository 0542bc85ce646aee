// SPDX-License-Identifier: Apache-2.0
// news.tsx: short sentences that tell what was done.
import { useCallback, useEffect, useState } from "preact/hooks";

import { Icon } from "./icon";

const shownMs = 6000;

interface News {
    number: number;
    sentence: string;
}

/// `newsBar` is there from the beginning: screen readers say only what changes in a part that they know.
export function useNews() {
    const [news, setNews] = useState<News>();
    const tell = useCallback((sentence: string) => {
        setNews((before) => ({ number: (before?.number ?? 0) + 1, sentence }));
    }, []);
    useEffect(() => {
        if (!news) return;
        const timer = setTimeout(() => setNews(undefined), shownMs);
        return () => clearTimeout(timer);
    }, [news]);
    const newsBar = (
        <div class="news" role="status">
            {news && (
                <p key={news.number}>
                    <Icon name="check" />
                    <span>{news.sentence}</span>
                </p>
            )}
        </div>
    );
    return { tell, newsBar };
}
