/** The operating system's store of secrets. No call throws where there is none, as often on a server. */
export interface Keyring {
  /** Resolves to a secret; undefined where there is none of that name, or no keyring. */
  readonly get: (name: string) => Promise<string | undefined>;
  /** Resolves to true once the secret is kept. */
  readonly set: (name: string, secret: string) => Promise<boolean>;
  /** Resolves to true once the secret is gone. */
  readonly remove: (name: string) => Promise<boolean>;
}

/** The name under which the keyring lists our secrets. */
const service = 'volley';

/** The keyring of this machine and user. Where the optional library or the keyring is missing, it keeps nothing. */
export const systemKeyring: Keyring = {
  get: (name) => attempt(name, (entry) => entry.getPassword() ?? undefined, undefined),
  set: (name, secret) =>
    attempt(
      name,
      (entry) => {
        entry.setPassword(secret);
        // Read back: some keyrings accept a secret and do not keep it.
        return entry.getPassword() === secret;
      },
      false,
    ),
  remove: (name) => attempt(name, (entry) => entry.deletePassword(), false),
};

interface Entry {
  getPassword(): string | null;
  setPassword(secret: string): void;
  deletePassword(): boolean;
}

async function attempt<T>(name: string, work: (entry: Entry) => T, otherwise: T): Promise<T> {
  try {
    const { Entry } = await import('@napi-rs/keyring');
    return work(new Entry(service, name));
  } catch {
    // No library for this machine, no keyring, or a locked one: in each case there is no secret to be had.
    return otherwise;
  }
}
