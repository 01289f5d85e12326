import type { Declare } from './options/act.ts';

/** A command: the word after `volley`. */
export interface Verb {
  readonly name: string;
  readonly about: string;
  /** The heading it stands under in help. */
  readonly group: string;
  /** Loads the command. Only the verb that was typed is loaded; `--version` and `--help` load none. */
  readonly load: () => Promise<Declare>;
}

/** Every verb, in the order of help. */
export const verbs: readonly Verb[] = [
  {
    name: 'compose',
    about: 'be asked for everything: one message, or a list',
    group: 'Sending:',
    load: async () => (await import('./compose/compose.ts')).declareCompose,
  },
  {
    name: 'send',
    about: 'send one message to one or several recipients',
    group: 'Sending:',
    load: async () => (await import('./commands/send.ts')).declareSend,
  },
  {
    name: 'batch',
    about: 'send a campaign from a CSV, Excel or NDJSON file',
    group: 'Sending:',
    load: async () => (await import('./commands/batch.ts')).declareBatch,
  },
  {
    name: 'stream',
    about: 'send each event from standard input as it arrives',
    group: 'Sending:',
    load: async () => (await import('./commands/stream.ts')).declareStream,
  },
  {
    name: 'check',
    about: 'show what a batch would do and every problem in it; send nothing',
    group: 'Sending:',
    load: async () => (await import('./commands/batch.ts')).declareCheck,
  },
  {
    name: 'resume',
    about: 'go on with what an earlier run left',
    group: 'Sending:',
    load: async () => (await import('./commands/resume.ts')).declareResume,
  },
  {
    name: 'reconcile',
    about: "settle unknown outcomes against Twilio's own list",
    group: 'Sending:',
    load: async () => (await import('./commands/resume.ts')).declareReconcile,
  },
  {
    name: 'recall',
    about: 'call back what has not gone out',
    group: 'Sending:',
    load: async () => (await import('./commands/recall.ts')).declareRecall,
  },
  {
    name: 'campaigns',
    about: 'list what was sent',
    group: 'Finding out:',
    load: async () => (await import('./commands/campaigns.ts')).declareCampaigns,
  },
  {
    name: 'report',
    about: 'show what became of a campaign or message',
    group: 'Finding out:',
    load: async () => (await import('./commands/report.ts')).declareReport,
  },
  {
    name: 'track',
    about: 'ask Twilio until every message has its final status',
    group: 'Finding out:',
    load: async () => (await import('./commands/track.ts')).declareTrack,
  },
  {
    name: 'watch',
    about: 'see how a campaign goes while another terminal sends it',
    group: 'Finding out:',
    load: async () => (await import('./commands/watch.ts')).declareWatch,
  },
  {
    name: 'listen',
    about: 'receive status callbacks and opt-outs from Twilio',
    group: 'Finding out:',
    load: async () => (await import('./commands/listen.ts')).declareListen,
  },
  {
    name: 'trigger',
    about: 'post a signed event to your own listener, as Twilio would',
    group: 'Finding out:',
    load: async () => (await import('./commands/trigger.ts')).declareTrigger,
  },
  {
    name: 'replies',
    about: 'show who answered what to which campaign',
    group: 'Finding out:',
    load: async () => (await import('./commands/replies.ts')).declareReplies,
  },
  {
    name: 'messages',
    about: "look at Twilio's own records, cancel, redact or delete them",
    group: 'Finding out:',
    load: async () => (await import('./commands/messages.ts')).declareMessages,
  },
  {
    name: 'verify',
    about: 'compare what volley knows with what Twilio has',
    group: 'Finding out:',
    load: async () => (await import('./commands/verify.ts')).declareVerify,
  },
  {
    name: 'feedback',
    about: 'tell Twilio whether messages did what they were for',
    group: 'Finding out:',
    load: async () => (await import('./commands/feedback.ts')).declareFeedback,
  },
  {
    name: 'explain',
    about: 'say what an error code means and what to do',
    group: 'Finding out:',
    load: async () => (await import('./commands/explain.ts')).declareExplain,
  },
  {
    name: 'opt-out',
    about: 'keep the list of people who must not be texted',
    group: 'People and their data:',
    load: async () => (await import('./commands/opt-out.ts')).declareOptOut,
  },
  {
    name: 'purge',
    about: 'forget who was texted what, long ago',
    group: 'People and their data:',
    load: async () => (await import('./commands/purge.ts')).declarePurge,
  },
  {
    name: 'worker',
    about: 'work on what is enqueued and scheduled, beside other machines',
    group: 'More than one machine:',
    load: async () => (await import('./commands/worker.ts')).declareWorker,
  },
  {
    name: 'workers',
    about: 'show who is at work',
    group: 'More than one machine:',
    load: async () => (await import('./commands/workers.ts')).declareWorkers,
  },
  {
    name: 'schedule',
    about: 'run command lines by the clock, once over all workers',
    group: 'More than one machine:',
    load: async () => (await import('./commands/schedule.ts')).declareSchedule,
  },
  {
    name: 'ledger',
    about: 'copy a ledger from a file to a server, or back',
    group: 'More than one machine:',
    load: async () => (await import('./commands/ledger.ts')).declareLedger,
  },
  {
    name: 'init',
    about: 'make a config, a sample list and a template to begin with',
    group: 'Setting up:',
    load: async () => (await import('./commands/init.ts')).declareInit,
  },
  {
    name: 'login',
    about: 'check credentials and keep them',
    group: 'Setting up:',
    load: async () => (await import('./commands/login.ts')).declareLogin,
  },
  {
    name: 'logout',
    about: 'forget credentials',
    group: 'Setting up:',
    load: async () => (await import('./commands/login.ts')).declareLogout,
  },
  {
    name: 'whoami',
    about: 'say which account the credentials are for',
    group: 'Setting up:',
    load: async () => (await import('./commands/login.ts')).declareWhoami,
  },
  {
    name: 'templates',
    about: 'list, show and try the texts that have names',
    group: 'Setting up:',
    load: async () => (await import('./commands/templates.ts')).declareTemplates,
  },
  {
    name: 'config',
    about: 'show and change the configuration',
    group: 'Setting up:',
    load: async () => (await import('./commands/config.ts')).declareConfig,
  },
  {
    name: 'doctor',
    about: 'find out what would stop a send',
    group: 'Setting up:',
    load: async () => (await import('./doctor/doctor.ts')).declareDoctor,
  },
  {
    name: 'simulate',
    about: 'run a Twilio on this machine, with faults on demand',
    group: 'Setting up:',
    load: async () => (await import('./commands/simulate.ts')).declareSimulate,
  },
];
