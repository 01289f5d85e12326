import { spawnSync } from 'node:child_process';
import type { Elsewhere } from '../postgres-server.ts';

/** A network behind a router that can drop packets without a word to anybody. */
export interface RemoteNetwork extends Elsewhere {
  /** One of the addresses, from 1 to 254, of whoever is there. */
  readonly address: (n: number) => string;
  /** Drops all packets to and from an address. */
  readonly cut: (address: string) => void;
  readonly mend: (address: string) => void;
  readonly remove: () => void;
}

/** Names of namespaces and of a device (at most 15 characters), by the process that made them. */
const tag = `vy${process.pid % 100_000}`;
const [router, server, near] = [`${tag}-router`, `${tag}-server`, `${tag}-near`];
const clients = '10.87.0.0/16';
const address = (n: number) => `10.87.1.${n}`;

/**
 * Makes the network out of two namespaces of Linux, which takes root. Undefined, and nothing is left of it: this machine
 * does not let it.
 */
export function remoteNetwork(): RemoteNetwork | undefined {
  if (steps.every(isDone)) {
    return {
      ...{ host: address(1), address, clients, remove },
      run: ({ uid, gid }) => ['nsenter', `--net=/run/netns/${server}`, `--setuid=${uid}`, `--setgid=${gid}`, '--'],
      cut: (to) => rule('add', to),
      mend: (to) => rule('del', to),
    };
  }
  remove();
  return undefined;
}

/** This machine, the router and the server in a row, the server's addresses at its own loopback. */
const steps = [
  `ip netns add ${router}`,
  `ip netns add ${server}`,
  `ip link add ${near} type veth peer name near netns ${router}`,
  `ip link add far netns ${router} type veth peer name eth netns ${server}`,
  `ip addr add 10.87.0.1/30 dev ${near}`,
  `ip link set ${near} up`,
  `ip -n ${router} addr add 10.87.0.2/30 dev near`,
  `ip -n ${router} link set near up`,
  `ip -n ${router} addr add 10.87.0.5/30 dev far`,
  `ip -n ${router} link set far up`,
  `ip -n ${server} addr add 10.87.0.6/30 dev eth`,
  `ip -n ${server} link set eth up`,
  `ip -n ${server} link set lo up`,
  `ip -n ${server} addr add ${address(1)}/24 dev lo`,
  `ip -n ${server} route add default via 10.87.0.5`,
  `ip -n ${router} route add 10.87.1.0/24 via 10.87.0.6`,
  `ip route add 10.87.1.0/24 via 10.87.0.2`,
  `ip netns exec ${router} tee /proc/sys/net/ipv4/ip_forward`,
];

const isDone = (command: string): boolean => {
  const [program = '', ...args] = command.split(' ');
  return spawnSync(program, args, { input: '1', stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
};

/** The devices go with the namespaces that they lead to. */
function remove(): void {
  for (const name of [router, server]) isDone(`ip netns del ${name}`);
}

/** "blackhole" discards; "unreachable" would answer. https://man7.org/linux/man-pages/man8/ip-rule.8.html */
function rule(change: 'add' | 'del', address: string): void {
  for (const direction of ['to', 'from']) {
    const command = `ip -n ${router} rule ${change} ${direction} ${address} blackhole`;
    if (!isDone(command)) throw new Error(`failed: ${command}`);
  }
}
