// On the page to sign in: whoever is here has signed out, or was. No draft and no notification stays in this browser.

import { forget } from "./drafts.js";
import { stop } from "./worker.js";

forget();
void stop();
