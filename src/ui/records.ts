import { codeLink, explainCode } from '../core/outcome/error-codes.ts';
import { clean } from '../core/text/clean.ts';
import { recordJson, type TwilioRecord } from './json.ts';
import { bodyShown, type Look, shown, truncate, wrap } from './lines.ts';

/** One of Twilio's records on one line. */
export function recordLine(record: TwilioRecord, look: Look): string {
  const { sid, date, from, to, status, code, body } = recordJson(record);
  const why = code === null ? '' : ` ${code}`;
  const start = `${(date ?? '').slice(0, 16).replace('T', ' ')}  ${sid}  ${clean(status)}${why}  ${shown(from, look)} → ${shown(to, look)}  `;
  return `${start}${look.paint.dim(truncate(bodyShown(body, to, look), Math.max(10, look.width - start.length)))}`;
}

/** All of one of Twilio's records, a field a line, with what its error code means. */
export function recordLines(record: TwilioRecord, look: Look): string[] {
  const fields = Object.entries(recordJson(record)).filter(([, value]) => value !== null && value !== '');
  const known = record.code === undefined ? undefined : explainCode(record.code);
  return [
    ...fields.map(([name, value]) => {
      const text = ['from', 'to'].includes(name)
        ? shown(String(value), look)
        : bodyShown(String(value), record.to, look);
      return `${look.paint.dim(name.padEnd(10))} ${wrap(text, look.width, 11)}`;
    }),
    ...(record.code === undefined
      ? []
      : [wrap(`${known?.meaning ?? 'unknown'}. ${known?.hint ?? codeLink(record.code)}`, look.width, 0)]),
  ];
}
