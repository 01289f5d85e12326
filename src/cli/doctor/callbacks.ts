import { clean } from '../../core/text/clean.ts';
import type { Check } from './check.ts';

/** What `volley listen` answers to a request that is no callback: https://www.rfc-editor.org/rfc/rfc9110#name-405-method-not-allowed. */
const methodNotAllowed = 405;

/** Whether the public address for callbacks reaches `volley listen`, asked from this machine. */
export const checkCallbacks: Check = async ({ config }, { probe }) => {
  const name = 'callbacks';
  const url = config.get('callback_url');
  if (url === undefined) return [{ name, state: 'ok', text: 'none asked for; volley track asks Twilio instead' }];
  const answer = await probe(url);
  const hint = `Is volley listen --public-url ${clean(url)} running, and does the proxy lead there?`;
  if (!answer.ok) return [{ name, state: 'warning', text: `${clean(url)} is out of reach (${answer.reason}).`, hint }];
  if (answer.value === methodNotAllowed) return [{ name, state: 'ok', text: `${clean(url)} is reached` }];
  return [{ name, state: 'warning', text: `${clean(url)} answers HTTP ${answer.value}.`, hint }];
};
