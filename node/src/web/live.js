// Renews the parts of a page that are marked with data-live. Without it the page works the same and
// is renewed by loading it again.
"use strict";
(() => {
  const parts = () => document.querySelectorAll("[data-live]");
  if (parts().length === 0 || !window.EventSource) return;
  let waits = false;

  const renew = async () => {
    waits = false;
    const answer = await fetch(location.href, { headers: { "x-live": "1" }, redirect: "manual" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      // Nobody loses what they are just typing or pointing at.
      if (next && !part.contains(document.activeElement) && part.innerHTML !== next.innerHTML) {
        part.innerHTML = next.innerHTML;
      }
    }
  };

  new EventSource("/live").onmessage = () => {
    if (waits) return;
    waits = true;
    setTimeout(renew, 300);
  };
})();
