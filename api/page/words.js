/** The words of the page in the person's language, and how it writes amounts, dates and lists. */

import { signal } from "./html.js";

export const LANGUAGES = ["ru", "en"];

/** The language the page speaks now; whatever shows words is drawn anew when it changes. */
export const language = signal(LANGUAGES[0]);

/** The IANA time zone in which dates are shown; undefined: the browser's. */
export const timeZone = signal(undefined);

/** What the server says of currencies: all codes, the one that is usual here, and how many digits are not two. */
export const currencies = signal({ codes: [], usual: "RUB", exponents: {} });

const CHOSEN_MOST = ["RUB", "EUR", "USD", "KZT", "GEL", "AMD", "BYN", "TRY", "UAH", "GBP"];

const dictionaries = {};

/** This function will speak `wanted` (or the nearest language that the page has) from now on. */
export async function speak(wanted) {
  const short = (wanted ?? "").slice(0, 2).toLowerCase();
  const chosen = LANGUAGES.includes(short) ? short : "en";
  dictionaries[chosen] ??= await (await fetch(`/app/words/${chosen}.json`)).json();
  language.value = chosen;
  document.documentElement.lang = chosen;
}

/**
 * This function will return the words of a key with `{name}` replaced. An entry with plural forms is chosen by
 * `values.count` (Intl.PluralRules).
 */
export function say(key, values = {}) {
  const entry = dictionaries[language.value]?.[key];
  const form = typeof entry === "object" ? entry[new Intl.PluralRules(language.value).select(values.count)] ?? entry.other : entry;
  return (form ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** This function will return whether there are words under a key. */
export function has(key) {
  return key in (dictionaries[language.value] ?? {});
}

/** This function will return the codes of all currencies, those first that people choose most. */
export function currencyCodes() {
  const { codes, usual } = currencies.value;
  return [...new Set([usual, ...CHOSEN_MOST, ...codes])];
}

/** This function will return how many digits a currency has behind the point. */
export function exponentOf(currency) {
  return currencies.value.exponents[currency] ?? 2;
}

/** This function will return an amount in minor units as a decimal of its currency, exactly: 120050 is "1200.50". */
export function decimal(cents, currency) {
  const digits = exponentOf(currency);
  const written = String(Math.abs(cents)).padStart(digits + 1, "0");
  const whole = written.slice(0, written.length - digits);
  return `${cents < 0 ? "-" : ""}${whole}${digits ? `.${written.slice(-digits)}` : ""}`;
}

/** This function will return an amount as a person would type it: 120050 is "1200,50" in Russian, 120000 is "1200". */
export function typed(cents, currency) {
  const point = new Intl.NumberFormat(language.value).format(0.5)[1];
  return decimal(cents, currency).replace(/\.0+$/, "").replace(".", point);
}

/** This function will write an amount in minor units for people: 120050 RUB is "1 200,50 ₽". */
export function money(cents, currency) {
  const digits = exponentOf(currency);
  const format = new Intl.NumberFormat(language.value, {
    style: "currency", currency, currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits, maximumFractionDigits: digits, trailingZeroDisplay: "stripIfInteger",
  });
  return format.format(decimal(cents, currency)); // of text, so that no float comes near it
}

/** This function will write a moment as day and month, with the year if it is not this one. */
export function day(iso) {
  const moment = new Date(iso);
  const year = moment.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return moment.toLocaleDateString(language.value, { day: "numeric", month: "long", year, timeZone: timeZone.value });
}

/**
 * This function will return the evening of a day that was chosen ("2026-11-21") in the person's time zone, as the API
 * takes a moment: `day` of it is that day again.
 */
export function eveningOf(day) {
  const evening = Date.parse(`${day}T20:00Z`);
  const there = new Date(evening).toLocaleString("sv", { timeZone: timeZone.value }); // Sweden writes ISO 8601
  return new Date(2 * evening - Date.parse(`${there.replace(" ", "T")}Z`)).toISOString();
}

/** This function will write a moment with its hour. */
export function moment(iso) {
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: timeZone.value };
  return new Date(iso).toLocaleString(language.value, options);
}

/** This function will join names as the language does: "Anna, Boris and Vera". */
export function listed(names) {
  return new Intl.ListFormat(language.value).format(names);
}
