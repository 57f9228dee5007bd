// What leads away from the desk. While talks are in hand other pages open beside it, and leaving is asked about first: the
// talks would go back to the list within seconds.

const HERE = ["/", "/desk"];

export class Door {
  // holding() tells whether talks are in hand, sent() whether the server itself has sent this page away.
  constructor({ holding, sent }) {
    Object.assign(this, { holding, sent, leaving: false });
    const top = document.querySelector(".top");
    this.out = top.querySelector("form[action='/sign-out']");
    this.asked = document.getElementById("sign-out");
    top.addEventListener("click", (event) => this.lead(event, event.target.closest("a[href]")));
    top.addEventListener("submit", (event) => this.submit(event));
    this.asked.querySelector("[data-sure]").onclick = () => this.signOut();
    addEventListener("beforeunload", (event) => { if (holding() && !this.leaving && !sent()) event.preventDefault(); });
  }

  lead(event, link) {
    if (!link) return;
    if (!this.holding()) link.removeAttribute("target");
    else if (HERE.includes(link.pathname)) event.preventDefault(); // a second desk would take the talks from this one
    else Object.assign(link, { target: "_blank", rel: "noreferrer" });
  }

  // Another language comes straight back to the desk and its talks.
  submit(event) {
    if (event.target !== this.out) this.leaving = true;
    else if (this.holding()) { event.preventDefault(); this.asked.showModal(); }
  }

  signOut() {
    this.out.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sure", value: "yes" }));
    this.leaving = true;
    this.out.submit();
  }
}
