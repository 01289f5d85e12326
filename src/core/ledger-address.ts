/** Whether a ledger is named by the address of a PostgreSQL database, not by a file. */
export function isLedgerUrl(ledger: string): boolean {
  return /^postgres(ql)?:\/\//i.test(ledger);
}

/** Parameters that hold a secret, or say where one lies. */
const secretParameters = ['password', 'sslpassword', 'sslkey', 'passfile'];

/** A ledger as it may be shown: a file's path as it is, an address without its password. */
export function shownLedger(ledger: string): string {
  if (!/^\w+:\/\//.test(ledger)) return ledger;
  // A password that is not encoded may hold anything, also what ends the host for a parser: the last @ counts.
  const hidden = ledger.replace(/^(\w+:\/\/)(.*)@/s, (_, scheme: string, user: string) => {
    const name = user.split(/[:/?#]/, 1)[0] ?? '';
    return `${scheme}${name}@`;
  });
  return hidden.replace(/([?&])([^=&#]*)=[^&#]*/g, (part, mark: string, name: string) =>
    secretParameters.includes(decoded(name)) ? `${mark}${name}=•••` : part,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
