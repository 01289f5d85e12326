/** The server that a command line speaks to. */
export interface Server {
  /** Undefined for the simulator before it runs, which is only when somebody speaks to it. */
  readonly url: string | undefined;
  /** It is the simulator in this process. */
  readonly isSimulated: boolean;
}

/** What people have to know who could take a rehearsal for the real thing; undefined where it is Twilio. */
export function rehearsalNote({ url, isSimulated }: Server): string | undefined {
  if (isSimulated) return 'Rehearsal: this is the built-in simulator, and nothing leaves this machine.';
  return url === undefined || isTwilio(url) ? undefined : `This is not Twilio's server: ${url}`;
}

/** The same for programs, in every document of a command that speaks to one. */
export function serverJson({ url, isSimulated }: Server) {
  return { simulated: isSimulated, server: url ?? null };
}

function isTwilio(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'twilio.com' || hostname.endsWith('.twilio.com');
}
