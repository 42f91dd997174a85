/** The papers of a purchase: its reports as files, and its history. */

import { html, useEffect, useState } from "../../html.js";
import { post } from "../../api.js";
import { put, refresh, useRead } from "../../kept.js";
import { announce } from "../../notices.js";
import { ActButton } from "../../parts/acting.js";
import { download } from "../../parts/download.js";
import { Icon } from "../../parts/icons.js";
import { Paged } from "../../parts/paged.js";
import { Empty } from "../../parts/reading.js";
import { moment, say } from "../../words.js";

const FORMATS = ["pdf", "xlsx", "csv", "json"];

/** This view will offer reports and show what happened. */
export function Papers({ purchase }) {
  return html`<section aria-labelledby="reports"><h2 id="reports">${say("reports")}</h2>
      <ul class="list">${FORMATS.map((format) => html`<${Report} key=${format} purchase=${purchase} format=${format} />`)}</ul></section>
    <${History} purchase=${purchase} />`;
}

function Report({ purchase, format }) {
  const [isAsked, setAsked] = useState(false);
  const path = `/purchases/${purchase.id}/report?format=${format}`;
  const { data } = useRead(isAsked ? path : null);
  const status = isAsked ? data?.status ?? "queued" : null;
  useEffect(() => { if (status === "ready") announce(say("report-ready", { format: format.toUpperCase() })); }, [status]);
  const make = async () => {
    put(path, await post(`/purchases/${purchase.id}/report`, { format }));
    refresh(path); // it may be ready by now
    setAsked(true);
  };
  useEffect(() => setAsked(false), [purchase.version]); // what was made is of before
  return html`<li class="line"><${Icon} name="file" />
    <span class="grow"><b>${say(`format-${format}`)}</b>
      <small role="status">${status && say(`report-${status}`, { format: format.toUpperCase() })}</small></span>
    ${status === "ready" ? html`<${ActButton} look="main" label=${say("download-this", { format: format.toUpperCase() })}
      act=${() => download(data.file_url, `${purchase.title}.${format}`)}>${say("download")}<//>`
      : status === "queued" || status === "running" ? html`<progress aria-label=${say("report-running")}
        value=${data?.progress > 0 ? data.progress : undefined} max=${data?.progress > 0 ? 100 : undefined} />`
      : html`<${ActButton} label=${say("make-this", { format: format.toUpperCase() })} act=${make}>${say("make-report")}<//>`}
  </li>`;
}

function History({ purchase }) {
  return html`<section aria-labelledby="history"><h2 id="history">${say("history")}</h2>
    <${Paged} path=${`/purchases/${purchase.id}/history`}>${(items) => (items.length
      ? html`<ol class="history">${items.map((one) => html`<${Line} key=${one.id} one=${one} />`)}</ol>`
      : html`<${Empty} words=${say("no-history")} />`)}<//></section>`;
}

function Line({ one }) {
  return html`<li><time datetime=${one.at}>${moment(one.at)}</time><span>${one.text}</span></li>`;
}
