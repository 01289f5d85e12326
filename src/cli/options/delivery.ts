import { type DeliverOptions, defaultDelivery } from '../../campaign/deliver.ts';
import type { Config } from '../../config/config.ts';
import type { AroundValues, SendingValues } from './sending.ts';

/** What a command is told of how to send. */
export type DeliveryValues = Pick<SendingValues, 'limit' | 'breaker'> & AroundValues;

/** How to send, by flags over the config. `retryForMs`: how long to retry unless they say otherwise, in milliseconds. */
export function deliverOptionsOf(
  { limit, breaker, undoMs, wait, forMs }: DeliveryValues,
  config: Config,
  retryForMs: number = defaultDelivery.retryForMs,
): DeliverOptions {
  return {
    concurrency: config.get('concurrency') ?? defaultDelivery.concurrency,
    perSecond: config.get('rate'),
    rates: config.rates,
    limit,
    maxCost: config.get('max_cost'),
    breaker,
    retryForMs: config.get('retry_for') ?? retryForMs,
    timeoutMs: config.get('timeout') ?? defaultDelivery.timeoutMs,
    resolveMs: config.get('settle') ?? defaultDelivery.resolveMs,
    onUnknown: config.get('on_unknown') ?? defaultDelivery.onUnknown,
    callbackUrl: config.get('callback_url'),
    sendFirst: true,
    undoMs,
    followMs: wait ? forMs : undefined,
  };
}
