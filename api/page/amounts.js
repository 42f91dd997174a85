/** Amounts as people write them: `1 200,50`, `1,200.50`, `12k`, `350р`, `€20`, `300+450*2`; the chat reads them alike. */

import { LANGUAGES, exponentOf } from "./words.js";

const LARGEST = 10 ** 12; // of one operation, in minor units
const GROUPED = /^\d{1,3}(?:[ .,']\d{3})+$/;
const TOKEN = /\d+(?:[ .,']\d+)*(?: ?(?:[kк](?!\p{L})|тыс(?:яч[аи]?)?\.?))?|[-+*()]/giu;
const NUMBER = /^([\d .,']*\d) ?(\D*)$/;
const WORDS = { RUB: ["рублей", "рубля", "рубль", "руб", "р"] };

/**
 * This function will return the minor units that a person wrote, null if nothing was written, and NaN if it is no
 * amount of this currency. A single separator before exactly three digits sets thousands apart (`1,234` RUB is 1234),
 * unless the currency has three decimals or the number cannot be grouped so (`0,125`, `1234.567`, `1.234k`).
 */
export function readAmount(written, currency) {
  const text = String(written ?? "").replace(/\s+/g, " ").replace(/[’ʼ]/g, "'").replace(/[−–—]/g, "-").replace(/×/g, "*").trim();
  if (!text) return null;
  const bare = text.replace(signsOf(currency), "  ").trim(); // two, so that no number goes on behind a sign
  if (bare.replace(TOKEN, "").trim()) return NaN;
  const tokens = bare.match(TOKEN) ?? [];
  const value = sum(tokens, exponentOf(currency));
  return tokens.length || !(Math.abs(value) <= LARGEST) ? NaN : value;
}

/** How people write the currency beside a number, apart from other words. */
function signsOf(currency) {
  const signs = ["symbol", "narrowSymbol", "code"].flatMap((currencyDisplay) => LANGUAGES.map((language) =>
    new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay }).formatToParts(0).find(({ type }) => type === "currency").value));
  const any = [...(WORDS[currency] ?? []), ...signs].map((sign) => sign.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return new RegExp(`(?<!\\p{L})(?:${any})(?!\\p{L})\\.?`, "giu");
}

function sum(tokens, digits) {
  let value = tokens[0] === "-" ? 0 : product(tokens, digits);
  while (tokens[0] === "+" || tokens[0] === "-") value += tokens.shift() === "+" ? product(tokens, digits) : -product(tokens, digits);
  return value;
}

function product(tokens, digits) {
  const unit = 10 ** digits;
  let value = factor(tokens, digits);
  while (tokens[0] === "*") {
    tokens.shift();
    const made = value * factor(tokens, digits);
    value = Number.isSafeInteger(made) && made % unit === 0 ? made / unit : NaN;
  }
  return value;
}

function factor(tokens, digits) {
  const token = tokens.shift() ?? "";
  if (token !== "(") return number(token, digits);
  const value = sum(tokens, digits);
  return tokens.shift() === ")" ? value : NaN;
}

function number(token, digits) {
  const [, written = "", thousands] = NUMBER.exec(token) ?? [];
  const [whole, fraction] = wholeAndFraction(written, digits, Boolean(thousands));
  const places = thousands ? digits + 3 : digits;
  return whole && fraction.length <= places ? Number(whole + fraction.padEnd(places, "0")) : NaN;
}

function wholeAndFraction(written, digits, isThousands) {
  const marks = written.match(/[ .,']/g) ?? [];
  const last = marks.at(-1);
  const at = written.lastIndexOf(last);
  const isPoint = last === "." || last === ",";
  const couldBeEither = isPoint && marks.length === 1 && written.length - at === 4;
  const isFraction = couldBeEither ? isThousands || digits === 3 || written.startsWith("0") || !GROUPED.test(written)
    : isPoint && marks.filter((mark) => mark === last).length === 1;
  const whole = isFraction ? written.slice(0, at) : written;
  const kinds = new Set(whole.match(/[ .,']/g));
  if (kinds.size > 1 || (kinds.size === 1 && !GROUPED.test(whole))) return ["", ""];
  return [whole.replace(/\D/g, ""), isFraction ? written.slice(at + 1) : ""];
}
