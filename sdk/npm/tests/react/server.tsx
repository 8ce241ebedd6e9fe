/** What a server does: renders the application for a session. */

import { renderToString } from "react-dom/server";

import type { SignedInSession } from "../../src/index.js";
import { App } from "./app.js";

export const render = (session?: SignedInSession) => renderToString(<App session={session} />);
