import { codeLink, explainCode } from '../core/outcome/error-codes.ts';
import { clean } from '../core/text/clean.ts';
import { recordJson, type TwilioRecord } from './json.ts';
import { bodyShown, type Style, shown, truncate, wrap } from './lines.ts';

/** One message record of Twilio's on one line. */
export function recordLine(record: TwilioRecord, style: Style): string {
  const { sid, date, from, to, status, code, body } = recordJson(record);
  const why = code === null ? '' : ` ${code}`;
  const start = `${(date ?? '').slice(0, 16).replace('T', ' ')}  ${sid}  ${clean(status)}${why}  ${shown(from, style)} → ${shown(to, style)}  `;
  return `${start}${style.paint.dim(truncate(bodyShown(body, to, style), Math.max(10, style.width - start.length)))}`;
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
