/** Making elements without HTML from strings, which strict policies (Trusted Types) forbid. */

/** Attributes by name, where `true` is one without a value; and listeners by `onevent`. */
export type Props = Record<string, string | boolean | undefined | ((event: Event) => void)>;

export type Child = Node | string | undefined | false;

/** An element with attributes, listeners and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined) set(element, name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Sets an attribute, or takes it away. */
export function set(element: Element, name: string, value: string | boolean): void {
  if (typeof value === "string") element.setAttribute(name, value);
  else element.toggleAttribute(name, value);
}

let count = 0;

/** An id that no other element of this page has. */
export const uniqueId = (name: string): string => `pc-${name}-${(count += 1)}`;
