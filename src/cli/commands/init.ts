import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { PlanContext } from '../../core/plan.ts';
import { phoneNormalizer } from '../../core/recipient/phone.ts';
import { parseSender, senderKey } from '../../core/request/parameters.ts';
import { clean } from '../../core/text/clean.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import { fitLine } from '../help/verbatim.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { country } from '../options/input.ts';
import { option } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { understood } from '../options/understood.ts';
import { planContextOf, type Session, withSession } from '../session.ts';

const help = `Writes volley.toml, customers.csv and reminder.liquid, asks for your sender and country, and says how to go on.
A file that is there is left as it is. The numbers in the sample belong to nobody.

Examples:
  volley init
  volley init spring-sale --from +14155550199 --country US`;

const table = {
  folder: option('[folder]', 'where to; made if it is not there', text, '.'),
  from: option('--from <sender>', 'your number, name, or messaging service', text),
  country,
};

const configFile = 'volley.toml';

type InitOptions = OptionsOf<typeof table>;

/** Declares `volley init`. */
export function declareInit(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => withSession(options.session, context, (session) => init(options, session, context)));
}

async function init(options: InitOptions, session: Session, context: Context): Promise<number> {
  const planContext = await planContextOf(session, context.now());
  const name = options.folder;
  const folder = resolve(context.cwd, name);
  // Only the config holds what is asked for.
  const isConfigured = existsSync(join(folder, configFile));
  if (isConfigured && !session.isQuiet) {
    context.err(
      `${clean(join(name, configFile))} is there already, and stays as it is. Change it with: volley config edit --project`,
    );
  }
  const asks = session.canAsk && !isConfigured;
  const answers = asks ? await askAnswers(options, planContext, context) : answersOf(options);
  const { from: typed } = answers;
  const from =
    typed && understood(parseSender(typed, planContext), { flag: '--from', text: typed, style: session.workStyle });
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(filesFor({ ...answers, from })).map(([file, text]) => {
    const written = !existsSync(join(folder, file));
    if (written) writeFileSync(join(folder, file), text);
    return { file: join(name, file), written };
  });
  if (session.isJson) {
    const work = { session, context, hasChanged: true };
    await printDocument({ schema: 'volley.files/1' }, work, { as: 'files', items: files });
    return 0;
  }
  for (const { file, written } of files) context.out(`${written ? 'written ' : 'kept    '} ${clean(file)}`);
  if (!session.isQuiet)
    for (const line of nextSteps(name, from !== undefined || isConfigured)) {
      context.out(fitLine(line, context.terminal.columns));
    }
  return 0;
}

/** What somebody says of their sender and country, by flags or when asked. */
interface Answers {
  readonly from: string | undefined;
  readonly country: string | undefined;
}

const answersOf = ({ from, session }: InitOptions): Answers => ({ from, country: session.settings.country });

async function askAnswers(options: InitOptions, planContext: PlanContext, { ask }: Context): Promise<Answers> {
  const { input } = await import('../ask/prompts.ts');
  const known = answersOf(options);
  const from =
    known.from ??
    (await ask(input, {
      message: 'Your sender (number, name or MG…; Enter: later)',
      validate: (text: string) => text.trim() === '' || problemOf(text.trim(), planContext) || true,
    }));
  const country =
    known.country ??
    (await ask(input, {
      message: 'Country of numbers without +, as US (Enter: none)',
      validate: async (text: string) => text.trim() === '' || (await isCountry(text.trim())) || 'Two letters, as US.',
    }));
  return { from: from.trim() || undefined, country: country.trim().toUpperCase() || undefined };
}

function problemOf(sender: string, planContext: PlanContext): string | undefined {
  const parsed = parseSender(sender, planContext);
  return 'problem' in parsed ? `It ${parsed.problem}.` : undefined;
}

async function isCountry(code: string): Promise<boolean> {
  try {
    await phoneNormalizer(code.toUpperCase());
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function filesFor({ from, country }: Answers): Readonly<Record<string, string>> {
  const name = from !== undefined && senderKey(from) === 'messagingServiceSid' ? 'messaging_service_sid' : 'from';
  const sender = from === undefined ? '# from = "+14155550199"' : `${name} = ${JSON.stringify(from)}`;
  return {
    [configFile]: `# What volley uses in this folder; all of it: volley help config
${country === undefined ? '# country = "US"' : `country = ${JSON.stringify(country)}`}        # of numbers without +
# quiet_hours = "21:00-08:00"   # text nobody then, by their own clock

[defaults]                    # message parameters
${sender}
`,
    'customers.csv': 'to,first_name,day\n+14155550101,Ada,2027-03-01\n+14155550102,Grace,2027-03-02\n',
    'reminder.liquid': `---
first_name: there
---
Hi {{ first_name | name }}, see you on {{ day | date: "%A, %-d %B" }}. Reply STOP to opt out.
`,
  };
}

function nextSteps(folder: string, hasSender: boolean): string[] {
  const enter = folder === '.' ? [] : [`  cd ${clean(folder)}`];
  return [
    '',
    'Now:',
    ...enter,
    ...(hasSender ? [] : ['  (put your sender into volley.toml: from = …)']),
    '  volley check customers.csv --template reminder.liquid',
    '      what would be sent',
    '  volley batch customers.csv --template reminder.liquid --simulate',
    '      a rehearsal: nothing leaves this machine',
    '  volley login',
    '      then the same without --simulate',
  ];
}
