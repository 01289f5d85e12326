import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { type CodeAction, codeLink, explainCode } from '../../core/outcome/error-codes.ts';
import { wrap } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { type Parse, required } from '../options/option.ts';
import { withSession } from '../session.ts';

/** What volley does on its own when Twilio answers with such a code, in words. */
const actions: Readonly<Record<CodeAction, string>> = {
  'stop-run': 'volley stops the run; what was not sent stays pending.',
  'stop-sender': 'volley stops sending from this sender.',
  'pause-sender': 'volley pauses this sender and tries again.',
  wait: 'volley waits and tries again: nothing was sent.',
  settle: 'volley looks at Twilio before it sends anything again.',
  skip: 'volley marks the message rejected and goes on.',
  suppress: 'volley marks the message rejected and does not text this recipient from this sender again.',
  'skip-country': 'volley marks the message rejected; resume --rejected tries it again.',
  'fix-content': 'volley marks the message rejected and goes on.',
  'fix-schedule': 'volley marks the message rejected and goes on.',
  'retry-later': 'volley marks the message as it is; resume --rejected tries again what was refused.',
};

const help = `Examples:
  volley explain 30007
  volley explain 21610 --json`;

const errorCode: Parse<number> = (given) =>
  /^\d{3,6}$/.test(given) ? { value: Number(given) } : { problem: 'is not an error code like 30007' };

const table = { code: required('<code>', 'an error code of Twilio, as 30007', errorCode) };

/** Declares `volley explain`. */
export function declareExplain(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, explain);
}

function explain({ code, session }: OptionsOf<typeof table>, context: Context): Promise<number> {
  return withSession(session, context, async (opened) => {
    const { isJson, resultStyle } = opened;
    const { paint, width } = resultStyle;
    const text = String(code);
    const link = codeLink(code);
    const known = explainCode(code);
    if (isJson) {
      const explained = { code, meaning: null, hint: null, action: null, ...known, link };
      await printDocument({ schema: 'volley.explain/1', ...explained }, { session: opened, context });
    } else if (known) {
      context.out(`${paint.bold(text)}  ${wrap(`${known.meaning}.`, width, text.length + 2)}`);
      for (const line of [known.hint, actions[known.action], link]) context.out(`  ${wrap(line, width, 2)}`);
    } else context.out(`${paint.bold(text)}  volley does not know this code. See ${link}`);
    return known || isJson ? 0 : 2;
  });
}
