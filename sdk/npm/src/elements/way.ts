/** A way in, and which one was the last in this browser, so that it is offered first. */

/** How somebody comes in. */
export type Way = "password" | "passkey" | "redirect";

/** The Leptos components keep it there, too. Nothing about the account is kept. */
const KEY = "portcullis.way-in";

/** Whether the last sign-in here was with a passkey. */
export function wasPasskey(): boolean {
  try {
    return localStorage.getItem(KEY) === "passkey";
  } catch {
    return false;
  }
}

/** Keeps how the user came in. Storage that is full or forbidden costs only the convenience. */
export function keepWay(way: Way): void {
  try {
    localStorage.setItem(KEY, way);
  } catch {
    // As above.
  }
}
