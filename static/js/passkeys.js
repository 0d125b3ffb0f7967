// The one thing that needs a script: a key answers the browser, and its answer goes into the form.
(() => {
  "use strict";
  const form = document.querySelector("form[data-options]");
  const Key = window.PublicKeyCredential;
  if (!form || !Key?.parseRequestOptionsFromJSON) return;
  const { options, kind, failed } = form.dataset;
  const { credential, name } = form.elements;
  const said = document.querySelector("#key-said");
  let asked = false;

  const ask = async () => {
    if (asked) return;
    asked = true;
    said.textContent = "";
    try {
      const given = JSON.parse(options);
      const key = kind === "create"
        ? await navigator.credentials.create({ publicKey: Key.parseCreationOptionsFromJSON(given) })
        : await navigator.credentials.get({ publicKey: Key.parseRequestOptionsFromJSON(given) });
      credential.value = JSON.stringify(key);
      form.submit();
    } catch {
      said.textContent = failed;
      asked = false;
    }
  };

  form.addEventListener("submit", (event) => {
    // Without a name nothing is made: the portal says so.
    if (name && !name.value.trim()) return;
    event.preventDefault();
    ask();
  });
  if ("atOnce" in form.dataset) ask();
})();
