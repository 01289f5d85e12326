/** The user and group `nobody`, as Linux and macOS number them on most machines. */
const nobody = 65_534;

/** Does something as a user who may not read everything: root, who may, becomes `nobody` for as long as it takes. */
export async function asNobody<T>(work: () => T | Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
