/** What the READMEs take for granted. */

declare const createAuth: typeof import("@portcullis/sdk").createAuth;
declare const email: string;
declare const password: string;
declare const router: { replace(path: string): void };
declare function render(session: import("@portcullis/sdk").Session): void;
declare function greet(name: string, may: { mayDelete: boolean }): void;
declare function showSignIn(): void;
declare function showMessage(text: string): void;
declare function showTheButton(): void;

declare module "*.wasm" {
  const url: string;
  export default url;
}

declare module "*.css";
