/** What a code asks for. Twilio's own pages: https://www.twilio.com/docs/api/errors. */
export type CodeAction =
  | 'stop-run'
  | 'stop-sender'
  | 'pause-sender'
  | 'wait'
  | 'settle'
  | 'skip'
  | 'suppress'
  | 'skip-country'
  | 'fix-content'
  | 'fix-schedule'
  | 'retry-later';

/** A Twilio error code, for people and for the engine. */
export interface CodeExplanation {
  readonly code: number;
  readonly meaning: string;
  readonly hint: string;
  readonly action: CodeAction;
}

type Entry = readonly [code: number, meaning: string, hint?: string];

interface Group {
  readonly action: CodeAction;
  /** What to do, where an entry says nothing of its own. */
  readonly hint: string;
  readonly entries: readonly Entry[];
}

const groups: readonly Group[] = [
  {
    action: 'stop-run',
    hint: 'Put the account right, then resume.',
    entries: [
      [20003, 'the credentials are wrong', 'Check the account SID and the auth token or API key.'],
      [20005, 'the account is not active', 'Look at the account in the Twilio console.'],
      [10001, 'the account is not active', 'Look at the account in the Twilio console.'],
      [20006, 'access is denied', 'Give the API key the right to send messages.'],
      [20403, 'access is forbidden', 'Look at the account in the Twilio console.'],
      [20404, 'there is no such account or address', 'Check the account SID, region and API address.'],
      [20008, 'test credentials cannot do this', 'Use the live credentials.'],
      [30002, 'the account is suspended', 'Ask Twilio why, then resume.'],
    ],
  },
  {
    action: 'stop-sender',
    hint: 'Use another sender, or put this one right, then resume --rejected.',
    entries: [
      [21212, 'the sender is not a valid number'],
      [21601, 'the sender is not a Twilio number that can text'],
      [21603, 'the sender is missing', 'Give --from or --messaging-service-sid.'],
      [21606, 'the sender does not belong to this account, or cannot text this recipient'],
      [21607, 'the sender is not allowed for this account'],
      [21659, 'the sender is not a Twilio number of this account'],
      [21660, 'the sender belongs to another account'],
      [21661, 'the sender cannot send texts'],
      [21267, 'a trial account cannot use an alphanumeric sender', 'Use a number, or upgrade the account.'],
      [21701, 'there is no such messaging service'],
      [21703, 'the messaging service has no sender it can use', 'Add a number to its sender pool.'],
      [21704, 'the messaging service has no sender', 'Add a number to its sender pool.'],
      [21705, 'the messaging service is not usable'],
      [21708, 'the alphanumeric sender is missing'],
      [21709, 'the alphanumeric sender is not valid, or not allowed for this messaging service'],
      [30032, 'the toll-free number is not verified', 'Verify it in the Twilio console.'],
      [30034, 'the number is not registered for 10DLC', 'Register a brand and campaign for it.'],
      [30033, 'the 10DLC campaign is suspended', 'Look at the campaign in the Twilio console.'],
      [30018, 'the sender must be registered in this country', 'Register it in the Twilio console.'],
      [30024, 'the carrier does not know the sender yet', 'Wait for it, then resume --rejected.'],
      [30035, 'the sender is still being set up', 'Wait for it, then resume --rejected.'],
    ],
  },
  {
    action: 'pause-sender',
    hint: 'Wait some minutes, then resume; a lower --rate avoids it.',
    entries: [[21611, "the sender's queue at Twilio is full"]],
  },
  {
    action: 'wait',
    hint: 'volley waits and tries again by itself.',
    entries: [[20429, 'too many requests at once']],
  },
  {
    action: 'settle',
    hint: 'It may have gone out: volley does not send it again unless you say so.',
    entries: [
      [20500, 'Twilio failed inside'],
      [20503, 'Twilio is not available'],
    ],
  },
  {
    action: 'skip',
    hint: 'Take the number off the list or correct it.',
    entries: [
      [21211, 'the number is not a valid phone number'],
      [21614, 'the number is not a mobile'],
      [21217, 'the number does not seem to be valid'],
      [21265, 'the recipient is a short code'],
      [21266, 'the recipient is the sender'],
      [21268, 'the number is a premium number'],
      [21635, 'the number is a landline'],
      [21612, 'there is no route from this sender to this number'],
      [21608, 'a trial account texts verified numbers only', 'Verify the number, or upgrade the account.'],
      [21219, 'the number is not verified', 'Verify the number, or upgrade the account.'],
      [63003, 'the channel does not know this recipient'],
      [63015, 'the recipient has not joined the sandbox', 'Let them join it, or use a real channel sender.'],
      [63024, 'the recipient cannot be reached on this channel'],
      [63032, 'WhatsApp does not let businesses write to this recipient first', 'Reach them by SMS.'],
    ],
  },
  {
    action: 'suppress',
    hint: 'Do not text this number again from this sender.',
    entries: [
      [21610, 'the recipient has opted out (replied STOP)', 'Do not text them again until they reply START.'],
      [30004, 'the recipient or their carrier blocks the message'],
      [30005, 'the number is unknown or no longer in service'],
      [30006, 'the number is a landline or cannot be reached'],
      [30640, 'the number is on a list of people who sue over unwanted texts'],
    ],
  },
  {
    action: 'skip-country',
    hint: 'Allow the country in the Twilio console, then resume --rejected.',
    entries: [
      [21408, 'the account may not text this country'],
      [21657, 'this sender cannot be used in this country', 'Use a sender the country allows, or register this one.'],
      [30450, 'blocked to protect against SMS pumping', 'Wait an hour, then resume --rejected.'],
    ],
  },
  {
    action: 'fix-content',
    hint: 'Change the message and send it again.',
    entries: [
      [21602, 'the text is missing'],
      [21619, 'the text is empty'],
      [21617, 'the text is longer than 1600 characters', 'Shorten the text.'],
      [21620, 'the media address is not valid'],
      [21621, 'the sender cannot send MMS', 'Use a sender that can, or send no media.'],
      [21622, 'the account cannot send MMS', 'Have it enabled by Twilio, or send no media.'],
      [21623, 'there are more than 10 media'],
      [21609, 'the status callback address is not valid'],
      [21624, 'the validity period is not valid'],
      [30045, 'the validity period is not valid'],
      [90007, 'the validity period is not valid'],
      [21654, 'there are content variables but no content SID', 'Give --content-sid.'],
      [21655, 'this account has no such content template', 'Check --content-sid.'],
      [21656, 'the content variables are not valid or not complete'],
      [21658, 'a parameter is too long'],
      [30007, 'filtered by the carrier as spam', 'Change the text: no short links, name yourself, say how to stop.'],
      [30019, 'the content is larger than the carrier takes'],
      [30011, 'the recipient cannot receive MMS', 'Send it without media.'],
      [63013, "the message breaks the channel's policy"],
      [63016, 'outside the 24-hour window a template is needed', 'Send it with --content-sid.'],
    ],
  },
  {
    action: 'fix-schedule',
    hint: 'Correct --send-at and send it again.',
    entries: [
      [35111, 'the time to send at is missing'],
      [35114, 'the time to send at is not 5 minutes to 35 days ahead'],
      [35115, 'the time to send at is not 5 minutes to 35 days ahead'],
      [35117, 'the time to send at is not 5 minutes to 35 days ahead'],
      [35118, 'a schedule needs a messaging service'],
      [35125, 'the account has 500,000 messages scheduled already', 'Wait until some are sent, or cancel some.'],
      [35126, 'this channel does not take this kind of schedule'],
    ],
  },
  {
    action: 'retry-later',
    hint: 'Trying again later makes sense: resume --rejected.',
    entries: [
      [30001, 'the queue at Twilio overflowed', 'Send more slowly with --rate, then try again.'],
      [30003, 'the phone is off or out of reach', 'Try once more later.'],
      [30008, 'the carrier gave no reason', 'Try once more later.'],
      [30017, 'the carrier network is congested'],
      [30022, 'the carrier throttles this sender', 'Send more slowly with --rate.'],
      [30410, 'the provider timed out'],
      [30500, 'the provider failed'],
      [30036, 'the validity period passed before it was sent'],
      [30023, "the sender's daily limit is reached", 'Try again tomorrow.'],
      [30027, "the brand's daily limit at the carrier is reached", 'Try again tomorrow.'],
      [30610, 'it is quiet hours where the recipient is', 'Try again in the daytime.'],
      [63017, 'the channel limits the rate', 'Send more slowly with --rate.'],
      [63018, 'the sender is at its rate or daily limit on the channel', 'Send more slowly with --rate, or tomorrow.'],
      [63038, "the account's daily limit is reached", 'Try again tomorrow.'],
    ],
  },
  {
    action: 'stop-sender',
    hint: 'Put the channel sender right in the Twilio console.',
    entries: [[63007, 'the channel sender is not set up']],
  },
];

/** Every code volley knows. */
export const errorCodes: readonly CodeExplanation[] = groups.flatMap(({ action, hint: groupHint, entries }) =>
  entries.map(([code, meaning, hint = groupHint]) => ({ code, meaning, hint, action })),
);

const byCode = new Map(errorCodes.map((entry) => [entry.code, entry]));

/** What a code means and what to do about it; undefined for codes volley does not know. */
export function explainCode(code: number): CodeExplanation | undefined {
  return byCode.get(code);
}

/** What is said where nobody gave a reason, nor a code. */
export const noReason = 'no reason was given';

/** A reason in words: as it was given, else what its code means. Undefined only where there is neither. */
export function reasonInWords(code: number | null | undefined, reason: string | null | undefined): string | undefined {
  if (reason) return reason;
  if (code === null || code === undefined) return undefined;
  return explainCode(code)?.meaning ?? `Twilio says no more than ${code}: ${codeLink(code)}`;
}

/** Twilio's page about a code. */
export function codeLink(code: number): string {
  return `https://www.twilio.com/docs/api/errors/${code}`;
}
