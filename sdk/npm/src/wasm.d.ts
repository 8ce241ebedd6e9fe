/** What the build makes of the module: its bytes as base64. */
declare module "*.wasm" {
  const text: string;
  export default text;
}
