import { Temporal } from 'temporal-polyfill';
import type { MessageRequest } from '../message.ts';
import { type LocalQuietHours, type QuietHours, quietHoursText } from './quiet-hours.ts';

/** Whether somebody may be texted now, and until or from when, in milliseconds since 1970. */
export type Opening =
  | { readonly isOpen: true; readonly closesAt: number }
  | { readonly isOpen: false; readonly opensAt: number | undefined };

const minuteMs = 60_000;

/** Clocks are changed at a quarter of an hour wherever they are, so each zone's is read once in a quarter. */
const clocks = new Map<string, { readonly quarter: number; readonly offsetMinutes: number }>();
const quarterMs = 15 * minuteMs;

function minuteOfDay(zone: string, atMs: number): number {
  const quarter = Math.floor(atMs / quarterMs);
  let clock = clocks.get(zone);
  if (clock?.quarter !== quarter) {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(quarter * quarterMs).toZonedDateTimeISO(zone);
    clock = { quarter, offsetMinutes: Math.round(offsetNanoseconds / 60e9) };
    clocks.set(zone, clock);
  }
  const minutes = (Math.floor(atMs / minuteMs) + clock.offsetMinutes) % 1440;
  return minutes < 0 ? minutes + 1440 : minutes;
}

function isQuiet({ from, to }: QuietHours, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** The first moment after `atMs` at which a zone's clock shows a time of day; where the clock jumps over it, right after. */
function nextAt(minute: number, zone: string, atMs: number): number {
  const here = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  const time = { hour: Math.floor(minute / 60), minute: minute % 60 };
  for (let days = 0; ; days++) {
    const wall = here.toPlainDate().add({ days }).toPlainDateTime(time);
    // Twice a year an hour is missing, or comes twice; then it is the later moment, or both of them.
    for (const disambiguation of ['earlier', 'later'] as const) {
      const isGap = !wall.toZonedDateTime(zone, { disambiguation }).toPlainDateTime().equals(wall);
      if (isGap && disambiguation === 'earlier') continue;
      const at = wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
      if (at > atMs) return at;
    }
  }
}

/**
 * How far ahead an hour is looked for that is open everywhere, in rounds of one zone after the other. Our choice: some
 * weeks, in which clocks may change.
 */
const maxRounds = 50;

const openings = new Map<string, { readonly from: number; readonly opening: Opening }>();

/** Whether somebody may be texted at a time: the hour must be right in every zone they may be in. */
export function openingAt(quiet: LocalQuietHours, atMs: number): Opening {
  const key = quietHoursText(quiet);
  const known = openings.get(key);
  // What was found out holds until it changes; a list has few zones, and calendars are slow.
  if (known && atMs >= known.from && atMs < (endOf(known.opening) ?? Number.POSITIVE_INFINITY)) return known.opening;
  const opening = findOpening(quiet, atMs);
  if (openings.size > 1000) openings.clear();
  openings.set(key, { from: atMs, opening });
  return opening;
}

const endOf = (opening: Opening): number | undefined => (opening.isOpen ? opening.closesAt : opening.opensAt);

function findOpening({ hours, zones }: LocalQuietHours, atMs: number): Opening {
  const closed = (at: number) => zones.find((zone) => isQuiet(hours, minuteOfDay(zone, at)));
  if (closed(atMs) === undefined) {
    return { isOpen: true, closesAt: Math.min(...zones.map((zone) => nextAt(hours.from, zone, atMs))) };
  }
  let at = atMs;
  for (let round = 0; round < maxRounds; round++) {
    const zone = closed(at);
    if (zone === undefined) return { isOpen: false, opensAt: at };
    at = nextAt(hours.to, zone, at);
  }
  return { isOpen: false, opensAt: undefined };
}

/** What to do with a message at a time: send it, as it is or with less time to arrive in, or wait. */
export type Fitted =
  | { readonly kind: 'send'; readonly request: MessageRequest }
  | { readonly kind: 'wait'; readonly untilMs: number };

/**
 * Twilio's least notice for a schedule, with a minute for the request itself, in milliseconds:
 * https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource, SendAt.
 */
const scheduleNoticeMs = 360_000;

/** How long Twilio keeps a message queued by default, in seconds: on the same page, ValidityPeriod. */
const defaultValiditySeconds = 36_000;

/** With less time than this a message is likely to expire before it arrives, in seconds. Our choice. */
const leastValiditySeconds = 60;

/**
 * Fits a message into the hours in which its recipient may be texted. What is queued at Twilio may not arrive after
 * they end, so its validity period is cut. Outside them it waits, or with a messaging service is scheduled.
 */
export function fitToQuietHours(request: MessageRequest, quiet: LocalQuietHours, nowMs: number): Fitted {
  const { sendAt } = request;
  const at = sendAt === undefined ? nowMs : Date.parse(sendAt);
  const opening = openingAt(quiet, at);
  if (opening.isOpen) {
    const seconds = Math.floor((opening.closesAt - at) / 1000);
    if (seconds >= leastValiditySeconds) return { kind: 'send', request: withValidity(request, seconds) };
  }
  const opensAt = opening.isOpen ? nextOpening(quiet, opening.closesAt) : opening.opensAt;
  if (opensAt === undefined) throw new Error(`no hour is open in all of ${quiet.zones.join(', ')}`);
  const canSchedule = request.messagingServiceSid !== undefined && opensAt - nowMs >= scheduleNoticeMs;
  if (!canSchedule) return { kind: 'wait', untilMs: opensAt };
  const scheduled = { ...request, sendAt: isoTime(opensAt), scheduleType: 'fixed' as const };
  const after = openingAt(quiet, opensAt);
  return {
    kind: 'send',
    request: after.isOpen ? withValidity(scheduled, Math.floor((after.closesAt - opensAt) / 1000)) : scheduled,
  };
}

function nextOpening(quiet: LocalQuietHours, atMs: number): number | undefined {
  const opening = openingAt(quiet, atMs);
  return opening.isOpen ? atMs : opening.opensAt;
}

const isoTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

function withValidity(request: MessageRequest, seconds: number): MessageRequest {
  const given = request.validityPeriod ?? defaultValiditySeconds;
  return seconds < given ? { ...request, validityPeriod: seconds } : request;
}
