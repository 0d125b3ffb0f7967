// What htmx leaves to the page: say what happened, keep the focus in sight, warn before the session ends.
// Nothing here is needed: without it the same addresses answer whole pages.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const say = (words) => { const live = $("#live"); live.textContent = ""; setTimeout(() => { live.textContent = words; }, 50); };

  const reveal = () => {
    for (const button of document.querySelectorAll("[data-reveal][hidden]")) {
      button.hidden = false;
      const label = button.firstChild;
      button.addEventListener("click", () => {
        const input = document.getElementById(button.dataset.reveal);
        const shown = input.type === "text";
        input.type = shown ? "password" : "text";
        label.data = shown ? "Afficher" : "Masquer";
      });
    }
  };

  let timer;
  const watch = () => {
    const box = $("#layout-session");
    clearTimeout(timer);
    if (!box) return;
    box.hidden = true;
    timer = setTimeout(() => { box.hidden = false; say($("p", box).textContent); }, (box.dataset.endsIn - 120) * 1000);
  };

  const ready = () => { reveal(); watch(); };

  document.addEventListener("htmx:after:swap", () => {
    ready();
    const place = $("#erreur h1") || $("main [autofocus]") || $("main h1");
    if (place && (document.activeElement === document.body || !document.activeElement.matches("[autofocus]"))) place.focus();
    say(document.title);
  });
  const busy = (event, on) => {
    const source = event.detail.ctx?.sourceElement;
    const button = source && (source.matches("form") ? $("button:not([type])", source) : source);
    if (button) on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
  };
  document.addEventListener("htmx:before:request", (event) => busy(event, true));
  document.addEventListener("htmx:finally:request", (event) => busy(event, false));
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx?.response) return;
    const place = $("#erreur");
    place.innerHTML = "<div class=summary><h2 tabindex=-1>Pas de réponse du portail</h2><p>La connexion semble interrompue. Ce que vous avez saisi est toujours là : réessayez.</p></div>";
    $("h2", place).focus();
  });
  ready();
})();
