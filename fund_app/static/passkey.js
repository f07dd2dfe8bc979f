// Asks the browser for a passkey when a form marked with data-passkey is sent, puts the answer
// into the form, and sends it. The server's page says everything else; without this script the
// form is sent as it is.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const options = form.dataset.options ? JSON.parse(form.dataset.options) : null;
  const answer = form.elements.namedItem(form.dataset.answer);
  const code = form.elements.namedItem("code");

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toText = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: toBytes(key.id) }));

  const sign = () =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        allowCredentials: named(options.allowCredentials),
      },
    });
  const make = () =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        user: { ...options.user, id: toBytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    });

  const written = (made) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
      if (made.response[part]) response[part] = toText(made.response[part]);
    }
    return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
  };

  const trouble = document.getElementById("passkey-trouble");
  const show = (is) => {
    if (!trouble) return;
    trouble.hidden = !is;
    if (is) trouble.focus();
  };
  const isFilledIn = () =>
    [...form.querySelectorAll("input[data-wanted]")].every((field) => field.value.trim());

  let isAsking = false;
  window.addEventListener("pageshow", () => {
    isAsking = false; // somebody who comes back to the page starts anew
  });
  form.addEventListener("submit", async (event) => {
    const isByCode = code && code.value.trim();
    if (isByCode || !isFilledIn()) return; // the server says what is missing
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    show(false);
    try {
      if (!options || !window.PublicKeyCredential) throw new Error("no passkeys here");
      answer.value = written(await (form.dataset.passkey === "make" ? make() : sign()));
      form.submit();
    } catch {
      show(true);
      isAsking = false;
    }
  });
})();
