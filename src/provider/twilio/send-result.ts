import { isMessageSid, type SendResult } from '../../core/message.ts';
import { explainCode } from '../../core/outcome/error-codes.ts';
import { type Answer, retryAfterOf } from './answer.ts';
import type { Exchange } from './client.ts';
import { fieldsOf } from './record.ts';

/** What one exchange means for the message. Whatever is not certain is `unknown`. */
export function toSendResult(exchange: Exchange): SendResult {
  if (exchange.kind === 'not-sent') return { kind: 'retry', cause: 'unreachable', reason: exchange.reason };
  if (exchange.kind === 'no-answer') return { kind: 'unknown', reason: `no answer: ${exchange.reason}` };
  const { status } = exchange;
  if (status === 201) return toAccepted(exchange);
  if (status === 429) {
    // A sender's full queue is the sender's alone: https://www.twilio.com/docs/api/errors/21611.
    if (isPausedSender(exchange.body)) return toRefused(exchange);
    return { kind: 'retry', cause: 'busy', reason: 'Twilio is busy (429)', ...retryAfterOf(exchange) };
  }
  if (status >= 400 && status < 500 && status !== 408) return toRefused(exchange);
  return { kind: 'unknown', reason: `an odd answer: HTTP ${status}` };
}

function toAccepted({ body }: Answer): SendResult {
  const { sid, status, num_segments: segments } = fieldsOf(body);
  if (typeof sid !== 'string' || !isMessageSid(sid)) {
    return { kind: 'unknown', reason: 'an odd answer: HTTP 201 without a message SID' };
  }
  return { kind: 'accepted', sid, status: typeof status === 'string' ? status : 'queued', ...counted(segments) };
}

/** Twilio says "0" when a messaging service sends: it does not know yet. */
function counted(segments: unknown): { segments: number } | undefined {
  const count = Number(segments);
  return Number.isInteger(count) && count > 0 ? { segments: count } : undefined;
}

function toRefused({ status, body }: Answer): SendResult {
  const { code, message } = fieldsOf(body);
  const known = typeof code === 'number' ? explainCode(code) : undefined;
  const reason = typeof message === 'string' ? message : `HTTP ${status}`;
  if (known?.action === 'stop-run' || (!known && (status === 401 || status === 403))) {
    return { kind: 'stop', code: known?.code ?? status, reason };
  }
  // Refused by something that is not Twilio's API, a proxy perhaps: it did not reach Twilio, but who can tell.
  if (typeof code !== 'number')
    return { kind: 'unknown', reason: `an odd answer: HTTP ${status} without an error code` };
  return { kind: 'rejected', code, reason };
}

function isPausedSender(body: unknown): boolean {
  const { code } = fieldsOf(body);
  return typeof code === 'number' && explainCode(code)?.action === 'pause-sender';
}
