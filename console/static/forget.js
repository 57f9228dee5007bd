// On the page to sign in: whoever is here has signed out, or was. No draft stays in this browser.

import { forget } from "./drafts.js";

forget();
