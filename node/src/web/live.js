"use strict";
// Saves a field of a form as soon as it is left; the button saves the whole page all the same.
(() => {
  const form = document.querySelector("form[data-save]");
  // The first page opens the case: that is for the button to do.
  if (!form || !form.dataset.save.startsWith("/case/")) return;
  const told = form.querySelector("[data-saved]");
  form.addEventListener("change", async (event) => {
    const fields = new URLSearchParams(new FormData(form));
    told.textContent = "";
    const answer = await fetch(form.dataset.save, { method: "POST", body: fields, redirect: "manual" });
    const saved = answer.type === "opaqueredirect" || answer.ok;
    event.target.setAttribute("aria-invalid", saved ? "false" : "true");
    if (saved) told.textContent = told.dataset.saved;
  });
})();

// Renews the parts of a page that are marked with data-live. Without it the page works the same and
// is renewed by loading it again.
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
