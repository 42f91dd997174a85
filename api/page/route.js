/** Where the page is: a path behind the # of the address, so that the server knows one page only. */

import { effect, signal } from "./html.js";
import { launch, on, post } from "./telegram.js";

/** The parts of the path: ["purchases", id, "people"]. */
export const route = signal(read());

/** What closes the uppermost dialog, while one is open: Back closes that first. */
export const closers = signal([]);

/** This function will go to a path. */
export function go(path) {
  history.pushState(history.state, "", `#${path}`);
  route.value = read();
  window.scrollTo(0, 0);
}

/** This function will go to a path and leave no way back here. */
export function goInstead(path) {
  history.replaceState(history.state, "", `#${path}`);
  route.value = read();
}

/** This function will follow the address, links and Telegram's back button from now on. */
export function begin() {
  window.addEventListener("popstate", leave);
  document.addEventListener("click", followLink);
  on("back_button_pressed", back);
  effect(() => post("web_app_setup_back_button", { is_visible: closers.value.length > 0 || route.value.length > 1 }));
  const [kind, id] = (launch.start ?? "").split("_");
  if (kind === "purchase" && /^[\w-]{36}$/.test(id) && route.value.length === 0) goInstead(`/purchases/${id}`);
}

function leave() {
  if (!closers.value.length) {
    route.value = read();
    return;
  }
  history.pushState(history.state, "", `#/${route.value.join("/")}`); // the browser has gone back already
  back();
}

function back() {
  const close = closers.value.at(-1);
  if (close) close();
  else go(`/${route.value.slice(0, route.value.length > 2 ? 2 : 1).join("/")}`);
}

function followLink(event) {
  const link = event.target.closest?.('a[href^="#/"]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault(); // the history keeps what Telegram launched the page with
  go(link.getAttribute("href").slice(1));
}

function read() {
  return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
}
