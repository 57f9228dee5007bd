// The wrap-up of a talk: closed choices in place of its words. Only numbers are counted.

// `save(choices)` and `skip()` are what is pressed; `suggested` is marked beforehand.
export function wrapUpForm(suggested, save, skip) {
  const form = document.getElementById("wrapup-template").content.firstElementChild.cloneNode(true);
  for (const input of form.querySelectorAll("input")) input.checked = suggested.includes(input.value);
  form.onsubmit = (event) => {
    event.preventDefault();
    save([...new FormData(form).values()]);
  };
  form.onkeydown = (event) => { if (event.key === "Escape") skip(); }; // a value of false would swallow the key
  form.querySelector("[data-do=skip]").onclick = skip;
  return form;
}
