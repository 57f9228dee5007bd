// Forms that a passkey answers: the browser is asked what the form carries, and its answer is sent with the form.

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function read(text) {
  const options = JSON.parse(text);
  options.challenge = decode(options.challenge);
  if (options.user) options.user.id = decode(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials])
    for (const each of list ?? []) each.id = decode(each.id);
  return options;
}

function write({ id, rawId, type, response }) {
  const given = { clientDataJSON: encode(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) given[name] = encode(response[name]);
  return JSON.stringify({ id, rawId: encode(rawId), type, response: given });
}

async function send(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  form.querySelector("[data-failed]").hidden = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: read(form.dataset.options) });
    form.querySelector("[data-answer]").value = write(credential);
    form.submit();
  } catch {
    form.querySelector("[data-failed]").hidden = false;
    button.disabled = false;
    button.focus();
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
  for (const each of document.querySelectorAll("[data-no-passkey]")) each.hidden = true;
}
