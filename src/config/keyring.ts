/** The place where the operating system keeps secrets. Each call says whether it worked: on a server there often is none. */
export interface Keyring {
  readonly get: (name: string) => Promise<string | undefined>;
  readonly set: (name: string, secret: string) => Promise<boolean>;
  readonly remove: (name: string) => Promise<boolean>;
}

/** What our entries are filed under. */
const service = 'volley';

/** The keyring of this machine and user; one that keeps nothing where the library or the keyring is missing. */
export const systemKeyring: Keyring = {
  get: (name) => attempt(name, (entry) => entry.getPassword() ?? undefined, undefined),
  set: (name, secret) =>
    attempt(
      name,
      (entry) => {
        entry.setPassword(secret);
        // Some keyrings take a secret and forget it with the session that set it.
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
    // No library for this machine, no keyring, a locked one: to us it is all the same.
    return otherwise;
  }
}
