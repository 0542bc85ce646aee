// SPDX-License-Identifier: Apache-2.0
// main.tsx: puts the page into the browser's document.
import { render } from "preact";

import { App } from "./app";
import { chosenTheme, showTheme } from "./preferences";

showTheme(chosenTheme());
const place = document.getElementById("page");
if (place) render(<App />, place);
