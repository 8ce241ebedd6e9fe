/**
 * Telling password managers which passkeys are left and what they are called (WebAuthn level 3
 * section 5.1.10), as the server's answers say. Where a browser cannot be told, nothing happens.
 */

/** What answers say of passkeys: the list itself, what there is after a change, or a refusal. */
interface Answer {
  rpId?: string;
  userHandle?: string;
  passkeys?: { credentialId: string }[];
  signal?: {
    rpId: string;
    userHandle: string;
    accepted: string[];
    name: string;
    displayName: string;
  };
  code?: string;
  credential?: { id?: string };
}

type Signals = Partial<Record<string, (about: Record<string, unknown>) => Promise<void>>>;

/** Tells the browser what an answer says. Never throws. */
export async function signal(answer: unknown): Promise<void> {
  const { rpId, userHandle, passkeys, signal, code, credential } = answer as Answer;
  if (code === "passkey_unknown") {
    // Deleted at the server, or never heard of: not to be offered again.
    await tell("UnknownCredential", { rpId, credentialId: credential?.id });
  } else if (signal) {
    const { rpId, userHandle: userId, accepted, name, displayName } = signal;
    await tell("AllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds: accepted });
    await tell("CurrentUserDetails", { rpId, userId, name, displayName });
  } else if (passkeys) {
    const ids = passkeys.map(({ credentialId }) => credentialId);
    const about = { rpId, userId: userHandle, allAcceptedCredentialIds: ids };
    await tell("AllAcceptedCredentials", about);
  }
}

async function tell(what: string, about: Record<string, unknown>): Promise<void> {
  const browser = PublicKeyCredential as unknown as Signals;
  try {
    await browser[`signal${what}`]?.(about);
  } catch {
    // Password managers refuse signals as they like; nothing depends on them.
  }
}
