/** Settings: language, time, reminders, where to be paid, chats, ways to sign in, sessions and tokens, a person's data. */

import { html } from "../../html.js";
import { post } from "../../api.js";
import { useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { Read } from "../../parts/reading.js";
import { forget } from "../../session.js";
import { isMiniApp } from "../../telegram.js";
import { say } from "../../words.js";
import { Chats } from "./chats.js";
import { Language, Reminders, Times } from "./choices.js";
import { MyData } from "./my_data.js";
import { Requisites } from "./requisites.js";
import { Sessions } from "./sessions.js";
import { Tokens } from "./tokens.js";
import { Ways } from "./ways.js";

/** This view will show everything a person can choose for themselves. */
export function Settings() {
  const known = useRead("/me");
  const signOut = async () => {
    await post("/auth/logout");
    forget();
  };
  return html`<section class="settings"><h1>${say("place-settings")}</h1>
    <${Read} from=${known}>${(me) => html`<${Language} me=${me} /><${Times} me=${me} /><${Reminders} me=${me} />
      <${Requisites} me=${me} /><${Chats} /><${Ways} me=${me} />`}<//>
    <${Sessions} /><${Tokens} />
    ${known.data && html`<${MyData} me=${known.data} />`}
    ${!isMiniApp && html`<div class="row"><${ActButton} look="danger" act=${signOut}>${say("sign-out")}<//></div>`}</section>`;
}
