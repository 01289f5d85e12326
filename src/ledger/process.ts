import { readFileSync, readlinkSync } from 'node:fs';

/** Where Linux says which start of the machine this is, and, of a process, when it began: proc(5). */
const bootFile = '/proc/sys/kernel/random/boot_id';
const startField = 22;

/**
 * What tells a running process from every other one that has or had its number: the machine's start and its own.
 * `unknown` where the system does not say; undefined when there is no such process.
 */
export function processOf(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  try {
    const boot = readFileSync(bootFile, 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold spaces and brackets of its own.
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${rest[startField - 3]}`;
  } catch {
    return 'unknown';
  }
}

/** What process numbers are counted in: this start of the machine, and the container, where that is one. */
export function namespaceOf(): string {
  try {
    return `${readFileSync(bootFile, 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return 'unknown';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
