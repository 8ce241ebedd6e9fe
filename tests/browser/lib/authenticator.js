/** A virtual passkey provider, such as the one built into a laptop, in the hands of one page. */

export class Authenticator {
  #devtools;
  #id;

  /**
   * @param {import("playwright-core").CDPSession} devtools
   * @param {string} id
   */
  constructor(devtools, id) {
    this.#devtools = devtools;
    this.#id = id;
  }

  /**
   * @param {import("playwright-core").Page} page
   * @param {{ willing?: boolean, credentials?: Credential[] }} [options] whether its user confirms
   *   whatever is asked, and the passkeys that it holds already
   *
   * @typedef {Awaited<ReturnType<Authenticator["credentials"]>>[number]} Credential
   */
  static async plugIn(page, { willing = true, credentials = [] } = {}) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: willing,
      },
    });
    for (const credential of credentials) {
      await devtools.send("WebAuthn.addCredential", { authenticatorId, credential });
    }
    return new Authenticator(devtools, authenticatorId);
  }

  /** Whether its user confirms what is asked from now on. @param {boolean} willing */
  async setWilling(willing) {
    await this.#devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
      authenticatorId: this.#id,
      enabled: willing,
    });
  }

  /** Whether its user is recognised by finger or face from now on. @param {boolean} verified */
  async setVerified(verified) {
    await this.#devtools.send("WebAuthn.setUserVerified", {
      authenticatorId: this.#id,
      isUserVerified: verified,
    });
  }

  /** The passkeys it holds. */
  async credentials() {
    const { credentials } = await this.#devtools.send("WebAuthn.getCredentials", {
      authenticatorId: this.#id,
    });
    return credentials;
  }

  /** Takes it away from its page, and answers with the passkeys that it held. */
  async unplug() {
    const credentials = await this.credentials();
    await this.#devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: this.#id });
    return credentials;
  }
}
