import type { Asked, Balance } from '../provider.ts';
import { asked } from './answer.ts';
import type { TwilioClient } from './client.ts';
import { fieldsOf } from './record.ts';

/** What is left on the account, https://www.twilio.com/docs/usage/api/balance. */
export async function readBalance(client: TwilioClient): Promise<Asked<Balance>> {
  const exchange = await client.request('GET', `/2010-04-01/Accounts/${client.accountSid}/Balance.json`);
  return asked(exchange, ({ balance, currency }) => {
    const amount = Number(balance ?? Number.NaN);
    return Number.isFinite(amount) ? { amount, currency: String(currency ?? '') } : undefined;
  });
}

/**
 * What keeps a sender from sending, if anything does. A number must be one of the account's
 * (https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource), a service must have senders
 * (https://www.twilio.com/docs/messaging/api/service-resource).
 */
export async function readSenderProblem(
  { api, messaging }: { readonly api: TwilioClient; readonly messaging: TwilioClient },
  sender: string,
): Promise<Asked<string | undefined>> {
  if (/^MG[0-9a-f]{32}$/i.test(sender)) return serviceProblem(messaging, sender);
  if (!/^\+\d+$/.test(sender)) return { ok: false, reason: 'Twilio cannot be asked about a sender like this' };
  const path = `/2010-04-01/Accounts/${api.accountSid}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(sender)}`;
  const numbers = asked(await api.request('GET', path), ({ incoming_phone_numbers: list }) => listOf(list));
  if (!numbers.ok) return numbers;
  const number = numbers.value.find(({ phone_number: known }) => known === sender);
  if (!number) return { ok: true, value: 'is not a number of this account' };
  return { ok: true, value: fieldsOf(number['capabilities'])['sms'] === false ? 'cannot send texts' : undefined };
}

async function serviceProblem(messaging: TwilioClient, sid: string): Promise<Asked<string | undefined>> {
  const exchange = await messaging.request('GET', `/v1/Services/${sid}/PhoneNumbers?PageSize=20`);
  if (exchange.kind === 'answer' && exchange.status === 404) return { ok: true, value: 'is no messaging service' };
  const numbers = asked(exchange, ({ phone_numbers: list }) => listOf(list));
  if (!numbers.ok) return numbers;
  return { ok: true, value: numbers.value.length === 0 ? 'has no number among its senders' : undefined };
}

/** Whether a country (ISO 3166) may be texted, https://www.twilio.com/docs/messaging/guides/sms-geo-permissions. */
export async function readGeoPermission(accounts: TwilioClient, country: string): Promise<Asked<boolean>> {
  const exchange = await accounts.request('GET', `/v1/Messaging/GeoPermissions?CountryCode=${country}`);
  return asked(exchange, ({ permissions }) => {
    const enabled = listOf(permissions).find(({ country_code: code }) => code === country)?.['enabled'];
    return typeof enabled === 'boolean' ? enabled : undefined;
  });
}

type Fields = ReturnType<typeof fieldsOf>;

const listOf = (list: unknown): Fields[] => (Array.isArray(list) ? list.map(fieldsOf) : []);
