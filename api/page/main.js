/** The start of the page: who opened it, in which language and colours; then it is drawn. */

import { effect, html, render } from "./html.js";
import { Refused, ask, get, token } from "./api.js";
import { forgetAll } from "./kept.js";
import * as live from "./live.js";
import { broughtBack, loginBot } from "./login_widget.js";
import * as route from "./route.js";
import { isKept, person, take } from "./session.js";
import { Shell } from "./shell.js";
import * as telegram from "./telegram.js";
import { currencies, speak, timeZone } from "./words.js";
import { signInProblem } from "./views/sign_in.js";

const COLOURS = ["bg_color", "secondary_bg_color", "section_bg_color", "text_color", "hint_color", "link_color",
  "accent_text_color", "button_color", "button_text_color", "destructive_text_color", "section_separator_color"];

/** Wears Telegram's colours, and is dark where its ground is. */
function wearTheme() {
  const colours = telegram.theme.value;
  const { style, dataset } = document.documentElement;
  for (const name of COLOURS) {
    const colour = colours?.[name];
    if (/^#[0-9a-f]{6}$/i.test(colour ?? "")) style.setProperty(`--tg-${name.replaceAll("_", "-")}`, colour);
  }
  if (colours?.bg_color) dataset.theme = isDark(colours.bg_color) ? "dark" : "light";
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return red * 299 + green * 587 + blue * 114 < 128_000;
}

/** Goes on with the session that was kept, or signs in by what Telegram says of who opened the page. */
async function signIn() {
  signInProblem.value = null;
  try {
    await configure();
    if (broughtBack) {
      take(await ask("/auth/register", { provider: "telegram", proof: { kind: "login_widget", fields: broughtBack } }));
      return;
    }
    if (isKept() && (await token())) {
      const me = await get("/me");
      person.value = { id: me.id, name: me.name, language: me.language };
      return;
    }
    if (!telegram.isMiniApp) return;
    const proof = { kind: "init_data", init_data: telegram.launch.proof };
    take(await ask("/auth/register", { provider: "telegram", proof }));
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    signInProblem.value = error;
  }
}

async function configure() {
  const config = await get("/config");
  currencies.value = { codes: config.currencies, usual: config.default_currency, exponents: config.exponents };
  loginBot.value = config.telegram_login ? config.bot_id : null;
}

/** Whoever signs in has their own language and time zone, sees their own things, and hears of their changes. */
function followPerson() {
  let before = null;
  effect(() => {
    const now = person.value?.id ?? null;
    if (now === before) return;
    before = now;
    forgetAll();
    live.end();
    if (now) live.begin();
  });
}

async function settle() {
  const me = await get("/me");
  timeZone.value = me.time_zone;
  await speak(me.language);
}

telegram.begin();
effect(wearTheme);
await speak(telegram.launch.user?.language_code ?? navigator.language);
await signIn();
route.begin();
followPerson();
effect(() => { if (person.value) settle().catch(() => {}); });
render(html`<${Shell} signIn=${signIn} />`, document.getElementById("page"));
