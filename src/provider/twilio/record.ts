import type { MessageRecord } from '../provider.ts';

/** The fields of a JSON object; none for anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** A message as the API shows it, https://www.twilio.com/docs/messaging/api/message-resource. */
export function toRecord(body: unknown): MessageRecord {
  const fields = fieldsOf(body);
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? (fields[name] as string) : null);
  const price = Math.abs(Number(fields['price'] ?? Number.NaN));
  const segments = Number(fields['num_segments']);
  const mediaCount = Number(fields['num_media'] ?? Number.NaN);
  const code = fields['error_code'];
  return {
    sid: text('sid') ?? '',
    to: text('to') ?? '',
    from: text('from'),
    messagingServiceSid: text('messaging_service_sid'),
    direction: text('direction') ?? '',
    body: text('body') ?? '',
    status: text('status') ?? '',
    createdAt: Date.parse(text('date_created') ?? ''),
    ...(Number.isInteger(mediaCount) && { mediaCount }),
    ...(typeof code === 'number' && { code }),
    ...(Number.isFinite(price) && { price }),
    // A messaging service says "0" until it sends.
    ...(segments > 0 && { segments }),
  };
}
