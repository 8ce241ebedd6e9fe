/** Failures, as they are made. */

import type { Failure, Reason } from "./outcome.js";

const DOCS = "https://github.com/portcullis-auth/portcullis/blob/main/docs/errors.md#";

/** A failure for this reason, with the place where it is explained. */
export const fail = (reason: Reason, message: string): Failure => ({
  ok: false,
  reason,
  message,
  docs: DOCS + reason,
});
