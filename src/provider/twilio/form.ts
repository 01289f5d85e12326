import type { MessageRequest } from '../../core/message.ts';
import { parameters, twilioName } from '../../core/request/parameters.ts';

/** The form Twilio expects: repeated keys for several values, never joined by commas. */
export function toForm(request: MessageRequest): URLSearchParams {
  const form = new URLSearchParams();
  for (const { key } of parameters) {
    const value = request[key];
    if (key === 'accountSid' || value === undefined) continue;
    for (const one of [value].flat()) form.append(twilioName(key), String(one));
  }
  for (const [name, value] of Object.entries(request.extra ?? {})) form.append(name, value);
  return form;
}
