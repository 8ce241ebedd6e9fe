/**
 * Permissions of a session that was handed down by a server, until the engine is loaded.
 *
 * What is rendered first, on the server and in the browser, has to be decided before any
 * WebAssembly is there. The grammar is that of `sdk/policy`, and a test holds the two to the same
 * answers.
 */

const SEGMENTS = /^[\w.-]+(:[\w.-]+)+$/;
const LONGEST = 256;

/** Whether a text is a permission at all. */
export const isPermission = (text: string): boolean =>
  text.length <= LONGEST && SEGMENTS.test(text);

/** Whether one of the patterns grants the permission. */
export function grants(patterns: readonly string[], permission: string): boolean {
  if (!isPermission(permission)) return false;
  const asked = permission.split(":");
  return patterns.some((pattern) => {
    const items = pattern.split(":");
    const open = items.at(-1) === "*";
    return (
      (open ? items.length <= asked.length : items.length === asked.length) &&
      items.every((item, index) => item === "*" || item === asked[index])
    );
  });
}
