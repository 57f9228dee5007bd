// The wrap-up of a talk: closed choices in place of its words. Only numbers are counted.

// `save(choices)` and `skip()` are what is pressed; `suggested` is marked beforehand.
export function wrapUpForm(suggested, save, skip) {
  const form = document.getElementById("wrapup-template").content.firstElementChild.cloneNode(true);
  for (const input of form.querySelectorAll("input")) input.checked = suggested.includes(input.value);
  showAsked(form);
  form.onchange = () => showAsked(form);
  form.onsubmit = (event) => {
    event.preventDefault();
    save([...new FormData(form).values()]);
  };
  form.onkeydown = (event) => { if (event.key === "Escape") skip(); }; // a value of false would swallow the key
  form.querySelector("[data-do=skip]").onclick = skip;
  return form;
}

// A question that the others do not call for is neither shown nor answered.
export function showAsked(form) {
  const chosen = new Set(Array.from(form.querySelectorAll("input:checked"), (input) => input.value));
  for (const question of form.querySelectorAll("[data-when]")) {
    const asked = question.dataset.when.split(" ").some((name) => chosen.has(name));
    question.hidden = question.disabled = !asked;
  }
}
