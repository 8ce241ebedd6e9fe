/** A component, for its types to be written out where it is published. */
declare module "*.svelte" {
  const component: never;
  export default component;
}
