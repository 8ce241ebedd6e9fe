/** `<pc-sign-in>`: coming in with a password or a passkey, or on the server's own pages. */

import type { Failure, Outcome } from "../outcome.js";
import type { Session } from "../session.js";
import { messageOf, say } from "../text/index.js";
import { h, set, type Child } from "./dom.js";
import { dress, Field, Form } from "./form.js";
import { icon, KEY } from "./icons.js";
import { Part } from "./part.js";
import { current } from "./settings.js";
import { buttons, sheet, theme } from "./styles.js";
import { keepWay, wasPasskey, type Way } from "./way.js";

const CSS = `${theme}${buttons("")}
:host { display: block; inline-size: 100%; max-inline-size: 25rem; }
.card { display: grid; gap: 1.5rem; padding: 2rem; border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 1.5); background: var(--_surface); }
@media (max-width: 30rem) { .card { padding: 1.25rem; } }
.head { display: grid; gap: 0.375rem; text-align: center; }
.title { font-size: var(--pc-text-title, 1.375rem); font-weight: 600; line-height: 1.25; letter-spacing: -0.015em; text-wrap: balance; }
.lead, .foot { color: var(--_soft); text-wrap: balance; }
.body { display: grid; gap: 0.75rem; }
.or { display: flex; align-items: center; gap: 0.75rem; color: var(--_soft); font-size: var(--_small); }
.or::before, .or::after { content: ""; flex: 1; border-block-start: 1px solid var(--_line); }
.note, .foot { font-size: var(--_small); text-align: center; }
.note { color: var(--_soft); }
.status { min-block-size: 1.25rem; color: var(--_danger); font-size: var(--_small); line-height: 1.25rem; }
.link { min-block-size: var(--_target); padding: 0 0.25rem; border: 0; background: none; color: var(--_accent); text-decoration: underline; text-underline-offset: 0.2em; cursor: pointer; border-radius: 0.25rem; }
.bones { display: grid; gap: 1.75rem; min-block-size: 17rem; align-content: center; animation: pc-appear 1ms linear 150ms both; }
.bones > div { block-size: var(--_target); border-radius: var(--_radius); background: var(--_hover); }
@keyframes pc-appear { from { visibility: hidden; } to { visibility: visible; } }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** What is asked. */
type View = "waiting" | "failed" | "redirect" | "signIn" | "signUp" | "confirm" | "done";

/** Refusals that are about a passkey which was chosen from the autofill. */
const OF_CHOSEN = /^(invalid_credentials|passkey_rejected|passkey_unknown|ceremony_invalid)$/;

/**
 * The sign-in card.
 *
 * Attributes: `app` (the name in the title), `no-sign-up` (there is no way to a new account),
 * `redirect` (people sign in on the server's pages), `return-to` (where to go afterwards, on this
 * site), `autofocus`, `lang`. Slots: `logo`, `foot`. Events: `pc-signed-in`. Parts: `card`, `head`,
 * `title`, `lead`, `button`, `passkey`, `foot`. The form is the light DOM's, with the classes
 * `pc-form`, `pc-field`, `pc-label`, `pc-input`, `pc-hint`, `pc-check`, `pc-status`, `pc-button`.
 */
export class SignInElement extends Part {
  #view: View | undefined;
  #signingUp = false;
  /** What is being tried. */
  #busy: Way | undefined;
  #form: Form | undefined;
  #passkey: HTMLButtonElement | undefined;
  #status: HTMLElement | undefined;
  /** Ends the offer of passkeys in the autofill. */
  #offer: AbortController | undefined;
  /** Whether the view was changed by who reads it, and the focus is to follow. */
  #moved = false;

  protected draw(session: Session): void {
    const view = this.#viewOf(session);
    if (view === this.#view && view !== "failed") {
      if (session.status === "unreachable") this.#say(this.text.errorNetwork);
      return;
    }
    this.#view = view;
    this.#endOffer();
    this.#form?.element.remove();
    this.#form = undefined;
    this.#passkey = undefined;
    this.#busy = undefined;
    dress(this);
    this.setAttribute("view", view);
    this.shadow(sheet(CSS)).replaceChildren(this.#card(view, session));
    if (this.#form) this.append((this.#form as Form).element);
    if (session.status === "unreachable") this.#say(this.text.errorNetwork);
    if (this.#moved || this.hasAttribute("autofocus")) this.#focus();
    this.#moved = false;
    if (view === "signIn") void this.#beginOffer();
  }

  protected leave(): void {
    this.#endOffer();
    this.#form?.element.remove();
    this.#view = undefined;
  }

  #viewOf(session: Session): View {
    switch (session.status) {
      case "loading":
        return "waiting";
      case "error":
        return "failed";
      case "signedIn":
        return "done";
      case "stepUp":
        return "confirm";
      default:
        if (current().redirect || this.hasAttribute("redirect")) return "redirect";
        return this.#signingUp ? "signUp" : "signIn";
    }
  }

  #card(view: View, session: Session): HTMLElement {
    const { text } = this;
    const app = this.getAttribute("app") ?? current().app ?? location.host;
    switch (view) {
      case "waiting":
        return this.#frame(
          undefined,
          undefined,
          h("p", { class: "hidden", role: "status" }, text.loading),
          h("div", { class: "bones", "aria-hidden": "true" }, h("div"), h("div"), h("div")),
        );
      case "failed": {
        const failure = session as Failure & Session;
        const again = () => void current().auth.handleRedirect();
        const button = this.#button(text.tryAgain, "button", again, true);
        return this.#frame(text.failed, messageOf(failure, text), button);
      }
      case "redirect":
        return this.#redirect(app);
      case "signIn":
        return this.#signIn(app);
      case "signUp":
        return this.#signUp();
      case "confirm":
        return this.#confirm(session);
      case "done": {
        const name = "user" in session ? session.user.name : "";
        const leave = () => void current().auth.signOut();
        const button = this.#button(text.menuSignOut, "button", leave);
        return this.#frame(say(text, "signedInAs", { name }), undefined, button);
      }
    }
  }

  /** The card around a question. */
  #frame(title: string | undefined, lead: string | undefined, ...body: Child[]): HTMLElement {
    this.#status = h("p", { class: "status", role: "alert" });
    const head = h(
      "div",
      { class: "head", part: "head" },
      h("slot", { name: "logo" }),
      title !== undefined && h("h2", { class: "title", part: "title", tabindex: "-1" }, title),
      lead !== undefined && h("p", { class: "lead", part: "lead" }, lead),
    );
    const inner = h("div", { class: "body", part: "body" }, ...body);
    return h("section", { class: "card", part: "card" }, title !== undefined && head, inner);
  }

  #button(words: string, part: string, act: () => void, primary = false, sign?: SVGElement) {
    const look = primary ? "pc-button pc-primary" : "pc-button";
    const props = { type: "button", class: look, part, onclick: act };
    return h("button", props, sign, h("span", {}, words));
  }

  #redirect(app: string): HTMLElement {
    const { text } = this;
    const { auth } = current();
    const button = this.#button(text.redirectContinue, "button", () => {
      const returnTo = this.getAttribute("return-to") ?? undefined;
      void this.#try("redirect", button, () => auth.signInWithRedirect({ returnTo }));
    }, true);
    const card = this.#frame(say(text, "signInTitle", { app }), text.redirectLead, button);
    if (this.#status) button.before(this.#status);
    return card;
  }

  #signIn(app: string): HTMLElement {
    const { text } = this;
    const { auth } = current();
    const email = new Field(text, text.email, {
      ...{ type: "email", name: "email", autocomplete: "username webauthn" },
      autocapitalize: "none",
    });
    const password = this.#secret(text.password, "current-password");
    const remember = h("input", { type: "checkbox", name: "remember" });
    remember.addEventListener("change", () => void this.#beginOffer());
    const check = h("label", { class: "pc-check" }, remember, h("span", {}, text.remember));
    const form = this.#newForm([email, password], text.signIn, [check], () => {
      const needed = { email: text.emailNeeded, password: text.passwordNeeded };
      if (!form.filled(needed)) return;
      const [address, secret] = [form.value("email").trim(), form.value("password")];
      void this.#try("password", form.button, () =>
        auth.password.signIn({ email: address, password: secret, remember: remember.checked }),
      );
    });
    const passkey = this.#byPasskey(text.signInPasskey, () =>
      auth.passkey.signIn({ remember: remember.checked }),
    );
    const title = say(text, "signInTitle", { app });
    const foot = this.#switch(text.signInNoAccount, text.signInCreate, true);
    return this.#frame(title, undefined, ...this.#ordered(passkey, wasPasskey()), foot);
  }

  #signUp(): HTMLElement {
    const { text } = this;
    const { auth } = current();
    const email = new Field(text, text.email, {
      ...{ type: "email", name: "email", autocomplete: "username", autocapitalize: "none" },
    });
    const props = { type: "text", name: "name", autocomplete: "name" };
    const called = new Field(text, text.name, props, text.nameHint, true);
    const password = this.#secret(text.password, "new-password", text.passwordHint);
    const whom = () => {
      const name = form.value("name").trim();
      return { email: form.value("email").trim(), ...(name && { name }) };
    };
    const form = this.#newForm([email, called, password], text.signUp, [], () => {
      const needed = { email: text.emailNeeded, password: text.newPasswordNeeded };
      if (!form.filled(needed)) return;
      const account = { ...whom(), password: form.value("password") };
      void this.#try("password", form.button, () => auth.register(account));
    });
    const passkey = this.#byPasskey(
      text.signUpPasskey,
      () => auth.passkey.signUp(whom()),
      () => form.filled({ email: text.emailNeeded }),
    );
    const note = passkey && h("p", { class: "note" }, text.signUpPasskeyHint);
    const foot = this.#switch(text.signUpHaveAccount, text.signUpSignIn, false);
    return this.#frame(text.signUpTitle, undefined, ...this.#ordered(passkey, false), note, foot);
  }

  #confirm(session: Session): HTMLElement {
    const { text } = this;
    const { auth } = current();
    const user = "user" in session ? session.user : undefined;
    if (user?.hasPassword) {
      const password = this.#secret(text.password, "current-password");
      // Password managers want to know whose password it is.
      const whose = h("input", {
        ...{ class: "pc-user", type: "email", autocomplete: "username", value: user.email },
        ...{ readonly: true, tabindex: "-1", "aria-hidden": "true" },
      });
      const form = this.#newForm([password], text.stepUpConfirm, [], () => {
        if (!form.filled({ password: text.passwordNeeded })) return;
        const credentials = { email: user.email, password: form.value("password") };
        void this.#try("password", form.button, () => auth.password.signIn(credentials));
      });
      form.element.prepend(whose);
    }
    const passkey = this.#byPasskey(text.stepUpPasskey, () => auth.passkey.signIn());
    const cancel = this.#link(text.cancel, () => auth.cancelStepUp());
    const foot = h("p", { class: "foot", part: "foot" }, cancel);
    const body = this.#ordered(passkey, false);
    return this.#frame(text.stepUpTitle, text.stepUpLead, ...body, foot);
  }

  #secret(label: string, autocomplete: string, hint?: string): Field {
    const look = { type: "password", name: "password", autocapitalize: "none" };
    return new Field(this.text, label, { ...look, autocomplete }, hint);
  }

  #newForm(fields: Field[], submit: string, between: Child[], act: () => void): Form {
    this.#form = new Form(fields, submit, between, act);
    return this.#form;
  }

  #byPasskey(words: string, act: () => Promise<Outcome>, ready = () => true) {
    if (!current().auth.passkey.supported) return undefined;
    const press = () => {
      if (ready()) void this.#try("passkey", button, act);
    };
    const button = this.#button(words, "button passkey", press, !this.#form, icon(KEY));
    return (this.#passkey = button);
  }

  /** The ways in, in their order, with a line between them. */
  #ordered(passkey: HTMLElement | undefined, passkeyFirst: boolean): Child[] {
    const form = this.#form && h("slot", { name: "form" });
    const or = form && passkey && h("p", { class: "or" }, this.text.or);
    const alone = !form && this.#status;
    return passkeyFirst ? [passkey, or, form, alone] : [form, or, passkey, alone];
  }

  #link(words: string, act: () => void): HTMLElement {
    return h("button", { type: "button", class: "link", part: "link", onclick: act }, words);
  }

  #switch(question: string, words: string, signUp: boolean): HTMLElement {
    const link = this.#link(words, () => {
      this.#signingUp = signUp;
      this.#moved = true;
      this.draw(current().auth.session);
    });
    const inside = this.hasAttribute("no-sign-up") ? [] : [question, " ", link];
    return h("p", { class: "foot", part: "foot" }, ...inside, h("slot", { name: "foot" }));
  }

  #focus(): void {
    const first = this.#form?.element.querySelector<HTMLElement>("input:not([readonly])");
    const title = this.shadowRoot?.querySelector<HTMLElement>(".title");
    (first ?? this.#passkey ?? title)?.focus();
  }

  #say(problem: string): void {
    const line = this.#form?.status ?? this.#status;
    if (line) line.textContent = problem;
  }

  /** Tries a way in, and shows that it does and what came of it. */
  async #try(way: Way, button: HTMLElement, act: () => Promise<Outcome>): Promise<void> {
    if (this.#busy) return;
    this.#busy = way;
    this.#say("");
    for (const name of ["aria-busy", "aria-disabled"]) set(button, name, "true");
    const view = this.#view;
    const outcome = await act();
    for (const name of ["aria-busy", "aria-disabled"]) button.removeAttribute(name);
    if (this.#view === view) this.#busy = undefined;
    this.#finish(way, outcome);
  }

  #finish(way: Way, outcome: Outcome): void {
    if (outcome.ok) return this.#done(way);
    const { reason, field } = outcome;
    const refused = reason === "invalid_credentials";
    const message =
      way === "passkey" && refused ? this.text.passkeyFailed : messageOf(outcome, this.text);
    const about = this.#form?.field(field ?? /^(email|name|password)_/.exec(reason)?.[1] ?? "");
    if (about) return about.fail(message);
    this.#say(message);
    const password = this.#form?.field("password")?.input;
    if (way === "password" && refused && password) {
      password.focus();
      password.select();
    }
  }

  #done(way: Way): void {
    // The page is on its way to the server's.
    if (way === "redirect") return;
    keepWay(way);
    this.#signingUp = false;
    const { auth } = current();
    // Browsers add a passkey by themselves where the password came from their own manager.
    if (way === "password") void auth.passkey.upgrade();
    this.tell("pc-signed-in", { way });
    const to = new URL(this.getAttribute("return-to") ?? "", location.href);
    if (this.hasAttribute("return-to") && to.origin === location.origin) location.assign(to);
  }

  /** Offers passkeys in the autofill of the email field for as long as it is there. */
  async #beginOffer(): Promise<void> {
    this.#endOffer();
    const offer = (this.#offer = new AbortController());
    const { auth } = current();
    if (!(await auth.passkey.autofillSupported())) return;
    while (!offer.signal.aborted) {
      const remember = this.querySelector<HTMLInputElement>('[name="remember"]')?.checked;
      const { signal } = offer;
      const outcome = await auth.passkey.signIn({ autofill: true, remember, signal });
      if (outcome.ok) return this.#done("passkey");
      // That none can be offered just now is not worth a word.
      if (signal.aborted || !OF_CHOSEN.test(outcome.reason)) return;
      this.#finish("passkey", outcome);
    }
  }

  #endOffer(): void {
    this.#offer?.abort();
    this.#offer = undefined;
  }
}
