import { pricePlan } from '../../campaign/price.ts';
import { planRequest } from '../../core/plan.ts';
import { timeZonesOf } from '../../core/recipient/time-zones.ts';
import { flagName, type ParameterKey } from '../../core/request/parameters.ts';
import type { Origin, RawRequest } from '../../core/request/validate.ts';
import { isTemplate, unfilledText } from '../../core/text/is-template.ts';
import { quoted } from '../../core/text/wording.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { localTime, truncate } from '../../ui/lines.ts';
import { messageLine } from '../../ui/messages.ts';
import { type Preview, previewLines } from '../../ui/preview.ts';
import { discardingKeys } from '../ask/ask.ts';
import { select } from '../ask/prompts.ts';
import { noSendOptions, type SendOptions } from '../options/send.ts';
import { asksForPrices, priceSourcesOf } from '../sending/prices.ts';
import { sendMessages } from '../sending/send.ts';
import { followShown } from '../sending/watch-delivery.ts';
import { askMedia, askSender, askTime, hasSender } from './details.ts';
import type { Dialog, Draft } from './dialog.ts';
import { askRecipient } from './recipient.ts';
import { saveTemplate } from './save-template.ts';
import { askText, countLine, writeText } from './text.ts';

/** A draft that has all that a message needs. */
type CompleteDraft = Draft & Required<Pick<Draft, 'to'>>;

type Step = (draft: Draft, dialog: Dialog) => Promise<Draft | undefined>;

const steps: readonly Step[] = [
  async (draft, dialog) => {
    const to = await askRecipient(dialog);
    return to && { ...draft, to };
  },
  async (draft, dialog) => {
    const text = await askText(draft.to, dialog, draft.body);
    return text && { ...draft, body: text.body, parameters: { ...draft.parameters, ...text.parameters } };
  },
  async (draft, dialog) => {
    if (hasSender(draft.parameters)) return draft;
    const sender = await askSender(dialog);
    return sender && { ...draft, parameters: { ...draft.parameters, ...sender } };
  },
];

/** Puts one message together, shows it, and sends it if that is wanted. The exit code; undefined when nothing was sent. */
export async function composeMessage(dialog: Dialog): Promise<number | undefined> {
  // Credentials first: a text that cannot be sent should not be written at all.
  await dialog.session.connect();
  let draft: Draft = { parameters: { ...dialog.session.config.defaults, ...dialog.memory.sender } };
  for (let at = 0; at < steps.length; ) {
    const next = await steps[at]?.(draft, dialog);
    if (next) draft = next;
    at += next ? 1 : -1;
    if (at < 0) return undefined;
  }
  return review(draft as CompleteDraft, dialog);
}

type Decision = 'send' | 'text' | 'recipient' | 'sender' | 'media' | 'time' | 'template' | 'cancel';

async function review(first: CompleteDraft, dialog: Dialog): Promise<number | undefined> {
  let draft = first;
  for (;;) {
    const preview = await previewOf(draft, dialog);
    for (const line of previewLines(preview, dialog.session.workStyle)) dialog.say(line);
    if (isUnfilled(draft)) dialog.say(`${unfilledText}: edit it first.`);
    const decision = await decide(draft, preview, dialog);
    if (decision === 'cancel') return undefined;
    if (decision === 'send') return send(draft, dialog);
    draft = await change(decision, draft, dialog);
  }
}

const isUnfilled = ({ body = '' }: Draft): boolean => isTemplate(body);

function decide(draft: Draft, { row, hasOptedOut }: Preview, { ask }: Dialog): Promise<Decision> {
  const isSendable = row.request !== undefined && !hasOptedOut && !isUnfilled(draft);
  const isScheduled = row.request?.sendAt !== undefined;
  const send = { name: isScheduled ? 'Send at that time' : 'Send', value: 'send' as Decision };
  return ask(discardingKeys(select<Decision>), {
    message: 'What now?',
    pageSize: 10,
    choices: [
      ...(isSendable ? [send] : []),
      { name: 'Edit the text', value: 'text' },
      { name: 'Change the recipient', value: 'recipient' },
      { name: 'Change the sender', value: 'sender' },
      { name: 'Add or change a picture', value: 'media' },
      { name: isScheduled ? 'Change the time' : 'Schedule', value: 'time' },
      ...(draft.body === undefined ? [] : [{ name: 'Save the text as a template', value: 'template' as Decision }]),
      { name: 'Cancel', value: 'cancel' },
    ],
  });
}

/** The draft after one change; unchanged when its question was left with Esc. */
async function change(decision: Decision, draft: CompleteDraft, dialog: Dialog): Promise<CompleteDraft> {
  const { parameters, body } = draft;
  const withParameters = (changed: RawRequest | undefined): CompleteDraft =>
    changed === undefined ? draft : { ...draft, parameters: { ...parameters, ...changed } };
  switch (decision) {
    case 'text':
      return { ...draft, ...optional('body', await writeText(dialog, body)) };
    case 'recipient':
      return { ...draft, ...optional('to', await askRecipient(dialog)) };
    case 'sender': {
      const sender = await askSender(dialog, String(parameters.from ?? parameters.messagingServiceSid ?? ''));
      return withParameters(sender);
    }
    case 'media': {
      const mediaUrl = await askMedia(dialog, [parameters.mediaUrl ?? []].flat().join(' '));
      return withParameters(mediaUrl && { mediaUrl });
    }
    case 'time': {
      const sendAt = await askTime(dialog);
      return withParameters(sendAt === undefined ? undefined : { sendAt });
    }
    case 'template':
      await saveTemplate(body ?? '', dialog);
      return draft;
    default:
      return draft;
  }
}

const optional = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };

function rawOf({ to, body, parameters }: CompleteDraft): RawRequest {
  return { ...parameters, to: to.address, ...(body !== undefined && { body }) };
}

/** The parameters by the names that the prompts use, for what is wrong with them. */
const promptNames: Partial<Record<ParameterKey, string>> = {
  ...{ to: 'To', from: 'From', messagingServiceSid: 'From', body: 'Text', mediaUrl: 'Picture', sendAt: 'When' },
};

const promptOrigin: Origin = { line: 1, columnOf: (key) => promptNames[key] ?? flagName(key) };

async function previewOf(draft: CompleteDraft, dialog: Dialog): Promise<Preview> {
  const { session, context, planContext } = dialog;
  const ledger = await session.ledger();
  const asked = rawOf(draft);
  const row = planRequest(asked, promptOrigin, { ...planContext, nowMs: context.now() });
  // Staged and then discarded: only a staged plan has a price and its opt-outs looked up.
  const staging = await ledger.stage({ stem: 'preview', source: 'compose' });
  try {
    await staging.add([row]);
    const sources = { ledger, now: context.now };
    await pricePlan(staging, await priceSourcesOf(session, asksForPrices(session), sources));
    const { cost, optedOut } = await staging.plan();
    const past = await ledger.messagesTo(row.to, 3);
    return {
      waitMs: Math.max(0, (row.dueAt ?? 0) - context.now()),
      ...{ row, asked, cost, label: draft.to.label, hasOptedOut: optedOut > 0, count: countLine(draft.body ?? '') },
      localTimes: [...new Set(timeZonesOf(row.to).map((zone) => timeIn(zone, context.now())))],
      past: past.map(({ claimedAt, request, status, state }) => ({
        agoMs: context.now() - claimedAt,
        text: truncate(request?.body ?? '', 50),
        became: status ?? state,
      })),
    };
  } finally {
    await staging.discard();
  }
}

const timeIn = (timeZone: string, ms: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(ms);

/** Sends the message as `volley send` does, and offers to follow it until it has arrived. */
async function send(draft: CompleteDraft, dialog: Dialog): Promise<number> {
  const { undoMs, session, context } = dialog;
  const isScheduled = (draft.parameters.sendAt ?? '') !== '';
  const given: SendOptions = {
    ...noSendOptions,
    ...rawOf(draft),
    to: [draft.to.address],
    undoMs: isScheduled ? undefined : undoMs,
  };
  let sent: Campaign | undefined;
  const begun = (campaign: Campaign): void => {
    sent = campaign;
  };
  const exitCode = await sendMessages(given, session, context, { isTyped: true, stem: 'compose', begun });
  if (exitCode === 0 && sent) await (isScheduled ? sayWhen(sent, dialog) : offerToWatch(sent, dialog));
  return exitCode;
}

/** Says when a scheduled message goes out, and how it is called back. */
async function sayWhen({ id, name }: Campaign, { session, say }: Dialog): Promise<void> {
  for await (const { request } of (await session.ledger()).messages(id)) {
    const when = request?.sendAt === undefined ? 'later' : `on ${localTime(request.sendAt)} here`;
    // A rehearsal's Twilio is gone with this menu.
    const way = session.isSimulated ? '' : ` Until then it can be called back: volley recall ${quoted(name)}`;
    say(`It goes out ${when}.${way}`);
  }
}

/** How long a message is followed, in milliseconds. Our choice: a person is waiting. */
const watchMs = 120_000;

async function offerToWatch(campaign: Campaign, { ask, session, context }: Dialog): Promise<void> {
  const wantsTo = await ask(select<boolean>, {
    message: 'It is on its way.',
    choices: [
      { name: 'Watch it arrive', value: true },
      { name: 'Go on', value: false },
    ],
  });
  if (!wantsTo) return;
  const ledger = await session.ledger();
  await followShown(campaign, watchMs, session, context);
  for await (const message of ledger.messages(campaign.id)) context.out(messageLine(message, session.resultStyle));
}
