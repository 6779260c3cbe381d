"use strict";
// Saves a field of a form as soon as it is left; the button saves the whole page all the same.
(() => {
  const form = document.querySelector("form[data-save]");
  if (!form) return;
  const told = form.querySelector("[data-saved]");

  const tell = (text, isGood) => {
    told.textContent = text;
    told.classList.toggle("late", !isGood);
  };

  // The node may be down for a moment: what is typed stays on the page until it answers again.
  const untilAnswered = async (ask) => {
    for (;;) {
      try {
        return await ask();
      } catch {
        tell(told.dataset.waits, false);
        await new Promise((again) => setTimeout(again, 1000));
      }
    }
  };

  form.addEventListener("change", async (event) => {
    // The first page opens the case: that is for the button to do.
    if (!form.dataset.save.startsWith("/case/")) return;
    tell("", true);
    const answer = await untilAnswered(() => {
      const fields = new URLSearchParams(new FormData(form));
      return fetch(form.dataset.save, { method: "POST", body: fields, redirect: "manual" });
    });
    const saved = answer.type === "opaqueredirect" || answer.ok;
    event.target.setAttribute("aria-invalid", saved ? "false" : "true");
    tell(saved ? told.dataset.saved : "", true);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await untilAnswered(() => fetch(location.href, { headers: { "x-live": "1" } }));
    form.submit();
  });
})();

// Scripts can open the printer's dialog; without them the browser's menu does.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Renews the parts of a page that are marked with data-live. Without it the page works the same and
// is renewed by loading it again.
(() => {
  const parts = () => document.querySelectorAll("[data-live]");
  if (parts().length === 0 || !window.EventSource) return;
  let waits = false;
  // As the node drew them: what somebody opens in a part changes its HTML too.
  const drawn = new Map([...parts()].map((part) => [part, part.innerHTML]));

  const isTyped = (field) => {
    if (field.tagName === "SELECT") {
      const byDefault = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(byDefault, 0);
    }
    const isChosen = field.type === "radio" || field.type === "checkbox";
    return isChosen ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  };
  // Nobody loses what they are just typing or pointing at.
  const isInUse = (part) =>
    part.contains(document.activeElement) ||
    [...part.querySelectorAll("input, select, textarea")].some(isTyped);

  // What somebody has opened stays open.
  const replace = (part, next) => {
    const opened = [...part.querySelectorAll("details[open] > summary")].map((s) => s.textContent);
    part.innerHTML = next.innerHTML;
    for (const summary of part.querySelectorAll("details > summary")) {
      if (opened.includes(summary.textContent)) summary.parentElement.open = true;
    }
  };

  const renew = async () => {
    waits = false;
    // The events begin again when the node does.
    const answer = await fetch(location.href, { headers: { "x-live": "1" }, redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (!next || drawn.get(part) === next.innerHTML) continue;
      const note = document.querySelector(`[data-behind="${part.dataset.live}"]`);
      const inUse = isInUse(part);
      if (!inUse) {
        replace(part, next);
        drawn.set(part, next.innerHTML);
      }
      if (note) note.hidden = !inUse;
    }
  };

  new EventSource("/live").onmessage = () => {
    if (waits) return;
    waits = true;
    setTimeout(renew, 300);
  };
})();
