// SPDX-License-Identifier: Apache-2.0
// words.ts: the page's languages.
import type { Language } from "../preferences";
import { en } from "./en";
import { zh } from "./zh";

/// A language that lacks a word, or has one too many, does not pass the type check.
export type Words = typeof en;

export const wordsOf: Record<Language, Words> = { en, zh };
