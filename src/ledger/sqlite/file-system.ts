import { statfsSync } from 'node:fs';

/** Magic numbers of file systems that live on another machine, from Linux's statfs(2): locks there cannot be trusted. */
const network: Readonly<Record<number, string>> = {
  26985: 'NFS', // 0x6969
  20859: 'SMB', // 0x517b
  4283649346: 'CIFS', // 0xff534d42
  4266872130: 'SMB2', // 0xfe534d42
  12805120: 'Ceph', // 0xc36400
  1397113167: 'AFS', // 0x5346414f
  16914839: '9p', // 0x1021997
  1937076805: 'Coda', // 0x73757245
};

/** The name of the network file system that a `statfs` type stands for; undefined for local ones. */
export function networkFileSystem(type: number): string | undefined {
  return network[type >>> 0];
}

/** What kind of network file system a folder is on, if it is on one; where nobody can tell, it counts as local. */
export function networkFileSystemOf(folder: string): string | undefined {
  try {
    return process.platform === 'linux' ? networkFileSystem(statfsSync(folder).type) : undefined;
  } catch {
    return undefined;
  }
}
