/** Shows how a payment ended when it was paid elsewhere: on a phone, by its QR code. */

for (const time of document.querySelectorAll("time")) { // the server knows no payer's time zone
  time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

const { status } = document.querySelector(".card").dataset;
const PAUSE_MILLISECONDS = 1500;

async function look() {
  const now = await fetch(`${location.pathname}/status`).then((answer) => answer.text()).catch(() => status);
  if (now !== status) location.reload();
  else setTimeout(look, PAUSE_MILLISECONDS);
}

if (status === "pending" || status === "waiting_for_capture") setTimeout(look, PAUSE_MILLISECONDS);
