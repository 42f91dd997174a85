/** Makes the buttons and forms of the overview act without leaving it, and keeps it current. */

const PAUSE_MILLISECONDS = 1500;
const main = document.querySelector("main");

async function act(verb, path, said) {
  const answer = await fetch(path, { method: verb, headers: { "content-type": "application/json" },
    body: verb === "POST" ? JSON.stringify(said) : undefined });
  if (!answer.ok) alert((await answer.json()).description);
  await draw(true);
}

/** What a person has opened or is choosing stays until they are done. */
async function draw(now = false) {
  const busy = main.contains(document.activeElement) && document.activeElement.matches("select, input");
  if (!now && (busy || main.querySelector("details[open]"))) return;
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const fresh = page.querySelector("main").innerHTML;
  if (fresh !== main.dataset.shown) main.innerHTML = main.dataset.shown = fresh;
}

main.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-path]");
  if (button) act(button.dataset.verb, button.dataset.path, JSON.parse(button.dataset.body));
});
main.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
  if (said.times) said.times = Number(said.times);
  act("POST", event.target.dataset.post, said);
});
setInterval(() => draw().catch(() => {}), PAUSE_MILLISECONDS);
