import { codeLink, explainCode } from '../core/outcome/error-codes.ts';
import { clean } from '../core/text/clean.ts';
import { recordJson, type TwilioRecord } from './json.ts';
import { bodyShown, localTime, type Style, shown, truncate, wrap } from './lines.ts';

/** The longest status: the others are as wide. */
const statusCells = 'undelivered'.length;

/** Where the second line of a record starts. */
const hang = '    ';

/**
 * One message record of Twilio's, by this machine's clock: on one line, or on two at a terminal, where the second has
 * its SID and as much of its text as fits.
 */
export function recordText(record: TwilioRecord, style: Style, isTerminal: boolean): string {
  const { sid, date, from, to, status, code, body } = recordJson(record);
  const what = `${clean(status)}${code === null ? '' : ` ${code}`}`.padEnd(statusCells);
  const first = `${date === null ? '' : localTime(date)}  ${what}  ${shown(from, style)} → ${shown(to, style)}`;
  const text = truncate(bodyShown(body, to, style), style.width - hang.length - sid.length - 2);
  return `${first}${isTerminal ? `\n${hang}` : '  '}${sid}  ${style.paint.dim(text)}`.trimEnd();
}

/** A message record of Twilio's, one field a line, with the meaning of its error code. */
export function recordLines(record: TwilioRecord, style: Style): string[] {
  // Why it failed stands below, with what to do.
  const { reason: _, ...shownFields } = recordJson(record);
  const fields = Object.entries(shownFields).filter(([, value]) => value !== null && value !== '');
  const known = record.code === undefined ? undefined : explainCode(record.code);
  return [
    ...fields.map(([name, value]) => {
      const text = ['from', 'to'].includes(name)
        ? shown(String(value), style)
        : bodyShown(String(value), record.to, style);
      return `${style.paint.dim(name.padEnd(10))} ${wrap(text, style.width, 11)}`;
    }),
    ...(record.code === undefined
      ? []
      : [wrap(`${known?.meaning ?? 'unknown'}. ${known?.hint ?? codeLink(record.code)}`, style.width, 0)]),
  ];
}
