/** Where elements begin. */

/** What an element extends; on a server, where there are none, only something to be imported. */
export const Base = (
  typeof HTMLElement === "undefined" ? class {} : HTMLElement
) as typeof HTMLElement;
