// What htmx leaves to the page: say what happened, keep the focus in sight, warn before the session ends.
// Nothing here is needed: without it the same addresses answer whole pages.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (name, act) => document.addEventListener(name, act);
  const at = () => document.activeElement;
  let timer, saying, before, was, title;

  // htmx asks in this way for the title of what came. Where it cannot (QtWebEngine 5.15), whole pages answer.
  if (!CSS.supports("selector(:not(a b))")) document.documentElement.setAttribute("data-hx-ignore", "");

  // Said a moment later: htmx sets the title after the swap, a region emptied and filled at once is not read, and
  // Orca 43.1 drops what Firefox tells it behind a hundred changed cells of a month.
  // Without words of its own, what was swapped is told by its title, if that is another one.
  const say = (words) => {
    clearTimeout(saying);
    $("#live").textContent = "";
    saying = setTimeout(() => { $("#live").textContent = words || (document.title === title ? "" : document.title); }, 500);
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

  // Passkeys are offered where a browser has them.
  const offer = () => {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    for (const each of document.querySelectorAll("[data-key]")) each.outerHTML = each.dataset.key;
  };

  // A wide screen shows what a phone opens by a press: the sheet sees to it, where it can name what a `details` holds.
  const unfold = () => {
    if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width:50em)").matches) return;
    for (const each of document.querySelectorAll(".menu>details,.filters-of")) each.open = true;
  };

  // Any request gives the idle time again, and no request the last minutes of the twelve hours.
  const watch = () => {
    const box = $("#layout-session");
    clearTimeout(timer);
    if (!box) return;
    const { idle, left, ending, last } = box.dataset;
    const rest = (box.end ??= Date.now() + +left) - Date.now();
    if (rest < idle && box.innerHTML) return;
    box.innerHTML = "";
    timer = setTimeout(() => {
      before = at();
      box.innerHTML = rest > idle ? ending : last;
      htmx.process(box);
      say(box.textContent);
    }, Math.min(rest, idle));
  };

  // Who asks for another tab gets it: htmx would take the click for itself.
  document.addEventListener("click", (event) => {
    const asks = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (asks && event.target.closest("a[href]")) event.stopPropagation();
  }, true);

  on("htmx:before:swap", ({ detail }) => {
    was = at();
    title = document.title;
    // Where the answer says what comes next, htmx is not to give the focus to what had the same id first.
    for (const { target, fragment } of detail.tasks)
      if (target?.contains?.(was) && $("[autofocus]", fragment)) was.id = "";
  });

  on("htmx:after:swap", ({ detail: { ctx: { target } } }) => {
    reveal();
    offer();
    unfold();
    watch();
    // What was swapped stands again under the same id: it may say itself what became of it.
    const now = document.getElementById(target?.id || `${target}`.slice(1));
    const said = now?.dataset.said || (now && $(":scope>[data-said]", now)?.dataset.said);
    if (now?.matches("[data-quiet]")) return void (said && say(said));
    // A search keeps the focus in its field; what took the focused control away says where it goes on.
    const inside = now?.closest(".slot") && $("select,[tabindex]", now);
    const back = now?.id === "layout-session" && $("#portal")?.contains(before) && before;
    const place = $("#erreur h1") || (at() === document.body && (back || inside || $("main h1")));
    if (place) {
      if (place.tabIndex < 0) place.tabIndex = -1;
      place.focus();
    }
    // A summary of errors and a list that goes on are read whole where the focus goes.
    say(at().matches("div[autofocus]") ? " " : said);
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
  offer();
  unfold();
  watch();
})();
