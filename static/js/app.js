// What htmx leaves to the page: say what happened, keep the focus in sight, warn before the session ends.
// Nothing here is needed: without it the same addresses answer whole pages.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (name, act) => document.addEventListener(name, act);
  // Said a moment later: htmx sets the title after the swap, and a region emptied and filled at once is not read.
  const say = (words) => {
    $("#live").textContent = "";
    setTimeout(() => { $("#live").textContent = words || document.title; }, 50);
  };

  const reveal = () => {
    for (const input of document.querySelectorAll("[data-reveal]")) {
      input.removeAttribute("data-reveal");
      input.insertAdjacentHTML("afterend", "<button type=button class=quiet><span>Afficher</span><span class=sr> le mot de passe</span></button>");
      const button = input.nextSibling;
      button.onclick = () => {
        const shown = input.type === "text";
        input.type = shown ? "password" : "text";
        button.firstChild.textContent = shown ? "Afficher" : "Masquer";
      };
    }
  };

  let timer, before;
  const watch = () => {
    const box = $("#layout-session");
    clearTimeout(timer);
    if (box) timer = setTimeout(() => {
      const { stay } = box.dataset;
      before = document.activeElement;
      box.innerHTML = `<div class="notice warn"><p>Votre session se termine dans deux minutes. Ce que vous saisissez sera conservé.</p><p><a class=button href="${stay}" data-hx-get="${stay}" data-hx-target="#layout-session" data-hx-swap="outerHTML ignoreTitle:true">Rester connecté</a></p></div>`;
      htmx.process(box);
      say(box.textContent);
    }, (box.dataset.endsIn - 120) * 1000);
  };

  // Who asks for another tab gets it: htmx would take the click for itself.
  document.addEventListener("click", (event) => {
    const asks = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (asks && event.target.closest("a[href]")) event.stopPropagation();
  }, true);

  on("htmx:after:swap", (event) => {
    reveal();
    watch();
    if (event.detail.ctx?.target?.id === "layout-session") {
      (before && before !== document.body ? before : $("#contenu")).focus();
      say("Vous restez connecté.");
      return;
    }
    const target = event.detail.ctx?.target;
    // What was swapped stands again under the same id: a row keeps the focus, and says what became of it.
    const now = typeof target === "string" ? $(target) : target?.id && document.getElementById(target.id);
    const said = now?.dataset?.said;
    if (target?.matches?.("[data-quiet]")) return void (said && say(said));
    // A search keeps the focus in its field; a step that took the focused control away gives it to the heading.
    const at = document.activeElement;
    const lost = !at || at === document.body;
    const inside = now && now.closest(".slot") && ($(".summary", now) || $("[tabindex]", now));
    const place = $("#erreur h1") || (lost && (inside || $("main [autofocus]") || $("main h1")));
    if (place) place.focus();
    // A form opened inside a row is read where the focus goes: nothing else is said.
    if (said || place !== inside) say(said);
  });

  const busy = (event, is) => {
    const source = event.detail.ctx?.sourceElement;
    const button = source?.matches("form") ? $("button:not([type])", source) : source;
    if (button) is ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
  };
  on("htmx:before:request", (event) => {
    const told = $("#erreur");
    told.replaceChildren();
    told.removeAttribute("role");
    busy(event, true);
  });
  on("htmx:finally:request", (event) => busy(event, false));

  on("htmx:error", (event) => {
    if (event.detail.ctx?.response) return;
    $("#erreur").innerHTML = "<div class=summary tabindex=-1><h2>Pas de réponse du portail</h2><p>La connexion semble interrompue. Ce que vous avez saisi est toujours là : réessayez.</p></div>";
    $("#erreur .summary").focus();
  });

  // What the address says of an act was read once, and its number only serves browsers without scripts.
  const here = new URL(location);
  const told = ["fait", "n"].filter((name) => here.searchParams.has(name));
  told.forEach((name) => here.searchParams.delete(name));
  if (told.length) history.replaceState(history.state, "", here);

  reveal();
  watch();
})();
