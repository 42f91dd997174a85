/** The one main action of a view: Telegram's main button in a Mini App, a button of our own everywhere else. */

import { html, useEffect, useRef } from "../html.js";
import { closers } from "../route.js";
import { isMiniApp, on, post } from "../telegram.js";

/** This view will offer `act()` under `label` while it is shown and no dialog covers it. */
export function MainAction({ label, act }) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const end = on("main_button_pressed", () => latest.current());
    return () => {
      end();
      post("web_app_setup_main_button", { is_visible: false });
    };
  }, []);
  const isCovered = closers.value.length > 0;
  useEffect(() => post("web_app_setup_main_button", { is_visible: !isCovered, is_active: true, text: label }), [label, isCovered]);
  return isMiniApp ? null : html`<div class="main-action"><button type="button" class="button main wide" onClick=${act}>${label}</button></div>`;
}
