/**
 * A Mini App in a frame over a person's column: Telegram's side of core.telegram.org/api/web-events, with its back
 * button above and its main button below.
 */

import { h, icon, iconButton } from "./dom.js";
import { say } from "./words.js";

const VERSION = "8.0";

/** Colours as Telegram tells them, of its light and its dark theme; each text on each ground can be read. */
const THEMES = {
  light: {
    bg_color: "#ffffff", secondary_bg_color: "#f1f1f5", section_bg_color: "#ffffff", text_color: "#111114", hint_color: "#6b6f76",
    link_color: "#1a66a8", accent_text_color: "#1a66a8", button_color: "#2172b0", button_text_color: "#ffffff",
    header_bg_color: "#ffffff", bottom_bar_bg_color: "#ffffff", section_header_text_color: "#1a66a8",
    section_separator_color: "#e2e2e8", subtitle_text_color: "#6b6f76", destructive_text_color: "#b3261e",
  },
  dark: {
    bg_color: "#1c242d", secondary_bg_color: "#131920", section_bg_color: "#1c242d", text_color: "#f4f6f8", hint_color: "#93a0ad",
    link_color: "#7cc0f8", accent_text_color: "#7cc0f8", button_color: "#2a76b8", button_text_color: "#ffffff",
    header_bg_color: "#1c242d", bottom_bar_bg_color: "#1c242d", section_header_text_color: "#7cc0f8",
    section_separator_color: "#0d1116", subtitle_text_color: "#93a0ad", destructive_text_color: "#ff8f86",
  },
};

/** A Mini App that is open in `seat`. */
export class MiniApp {
  #ending = new AbortController();

  /** Opens the page at `url`, which reads in its address who opens it. */
  constructor(seat, { url, initData }) {
    this.seat = seat;
    const launch = new URLSearchParams({
      tgWebAppData: initData, tgWebAppVersion: VERSION, tgWebAppPlatform: "web", tgWebAppThemeParams: JSON.stringify(colours()),
    });
    this.back = iconButton("back", say("back"), () => this.#tell("back_button_pressed"), { hidden: true });
    this.main = h("button", { type: "button", class: "button main", hidden: true, on: { click: () => this.#tell("main_button_pressed") } });
    this.frame = h("iframe", { src: `${url}#${launch}`, title: say("mini_app", { bot: seat.world.bot.first_name }), allow: "clipboard-write" });
    this.loading = h("p", { class: "opening" }, h("span", { class: "spinner" }), say("opening"));
    this.element = h("div", { class: "mini-app", role: "group", "aria-label": this.frame.title },
      h("div", { class: "mini-app-head" }, this.back, h("strong", {}, icon("app"), seat.world.bot.first_name), iconButton("close", say("close"), () => this.close())),
      this.loading, this.frame, this.main);
    const options = { signal: this.#ending.signal };
    window.addEventListener("message", (event) => event.source === this.frame.contentWindow && this.#hear(event.data), options);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#tellTheme(), options);
    this.themes = new MutationObserver(() => this.#tellTheme());
    this.themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    seat.element.append(this.element);
  }

  /** Takes the Mini App away. */
  close() {
    this.#ending.abort();
    this.themes.disconnect();
    this.element.remove();
    this.seat.miniApp = null;
  }

  #hear(written) {
    const { eventType, eventData: data } = JSON.parse(written);
    switch (eventType) {
      case "web_app_ready": this.loading.hidden = true; break;
      case "web_app_close": this.close(); break;
      case "web_app_request_theme": this.#tellTheme(); break;
      case "web_app_setup_back_button": this.back.hidden = !data.is_visible; break;
      case "web_app_setup_main_button": this.#setMain(data); break;
      case "web_app_open_link": window.open(data.url, "_blank", "noopener,noreferrer"); break;
      case "web_app_open_tg_link": this.seat.openLink(`https://t.me${data.path_full}`); break;
      default: // a client of its version knows no others, and says nothing
    }
  }

  #setMain({ is_visible: isVisible, is_active: isActive = true, text = "" }) {
    this.main.hidden = !isVisible;
    this.main.disabled = !isActive;
    this.main.textContent = text;
  }

  #tellTheme() {
    this.#tell("theme_changed", { theme_params: colours() });
  }

  #tell(eventType, eventData = {}) {
    this.frame.contentWindow?.postMessage(JSON.stringify({ eventType, eventData }), new URL(this.frame.src).origin);
  }
}

function colours() {
  const { theme } = document.documentElement.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return THEMES[isDark ? "dark" : "light"];
}
