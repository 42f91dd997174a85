/** How somebody signs in in a browser: by name and password, as a new person, or by a code from the chat. */

import { html, signal, useState } from "../html.js";
import { Unreachable, ask, patch } from "../api.js";
import { goToTelegram, loginAddress, loginBot } from "../login_widget.js";
import { ActButton, Refusal, Unclear, useActing, wordsOf } from "../parts/acting.js";
import { Choice, Field } from "../parts/fields.js";
import { take } from "../session.js";
import { isMiniApp } from "../telegram.js";
import { LANGUAGES, language, say, speak, timeZone } from "../words.js";

/** Why nobody could be signed in at the start; null: no reason. */
export const signInProblem = signal(null);

/** Whether, where nobody is signed in any more, that is because they have had themselves forgotten. */
export const wasErased = signal(false);

const WAYS = {
  password: { act: "sign-in", send: (values) => ask("/auth/token", { grant_type: "password", ...values }) },
  code: { act: "sign-in", send: (values) => ask("/auth/token", { grant_type: "one_time_code", ...values }) },
  register: { act: "register", send: register },
};

async function register(values) {
  try {
    return await ask("/auth/register", values);
  } catch (error) {
    throw error instanceof Unreachable ? new Unclear(say("maybe-registered")) : error;
  }
}

/** A new person lives where their browser does. */
async function settleIn() {
  const me = await patch("/me", { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  timeZone.value = me.time_zone;
}

/** This view will sign somebody in; `again()` tries once more what could not be done at the start. */
export function SignIn({ again }) {
  const [way, setWay] = useState("password");
  const { busy, refusal, run } = useActing();
  const submit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget));
    delete values.way;
    run(async () => {
      take(await WAYS[way].send(values));
      wasErased.value = false;
      if (way === "register") settleIn().catch(() => {});
    });
  };
  const problem = signInProblem.value;
  if (problem instanceof Unreachable) return html`<section class="door"><${Head} /><p role="alert">${say("not-reached")}</p>
    <${ActButton} look="main" act=${again}>${say("try-again")}<//></section>`;
  if (isMiniApp) return html`<section class="door"><${Head} /><${Refusal} words=${problem && wordsOf(problem)} />
    <p>${say(wasErased.value ? "erased" : "open-again")}</p></section>`;
  return html`<section class="door">
    <${Head} />
    ${wasErased.value && html`<p class="card">${say("erased")}</p>`}
    <form class="card" onSubmit=${submit}>
      <${Choice} label=${say("way-in")} name="way" value=${way} onChange=${setWay}
        options=${Object.keys(WAYS).map((name) => [name, say(`way-${name}`)])} />
      ${way === "code" ? html`<${Field} key="code" label=${say("code")} name="code" hint=${say("code-hint")} required
        autocomplete="one-time-code" autocapitalize="characters" />`
        : html`<${Field} key="name" label=${say("login-name")} name="name" required minlength="3" maxlength="50"
          autocomplete="username" autocapitalize="none" />
          <${Field} key="password" label=${say("password")} name="password" type="password" required minlength=${way === "register" ? 8 : 1}
            maxlength="200"
            hint=${way === "register" ? say("password-hint") : undefined} autocomplete=${way === "register" ? "new-password" : "current-password"} />`}
      <${Refusal} words=${refusal ?? (problem && wordsOf(problem))} />
      <button class="button main wide" aria-busy=${busy ? "true" : undefined}>${say(WAYS[way].act)}</button>
    </form>
    ${loginBot.value && html`<a class="button wide" href=${loginAddress()} onClick=${goToTelegram}>${say("way-telegram")}</a>`}
    <p class="languages">${LANGUAGES.filter((code) => code !== language.value).map((code) =>
      html`<button key=${code} type="button" class="link" lang=${code}
      onClick=${() => speak(code)}>${{ ru: "По-русски", en: "In English" }[code]}</button>`)}</p>
  </section>`;
}

function Head() {
  return html`<img class="sign" src="/app/icon.svg" alt="" width="64" height="64" /><h1>SyncBuy</h1><p class="soft">${say("tagline")}</p>`;
}
