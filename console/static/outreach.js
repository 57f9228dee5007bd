// The form of a consultation asks only what its own answers call for.
import { showAsked } from "./wrapup.js";

const form = document.getElementById("consultation");
showAsked(form);
form.onchange = () => showAsked(form);
