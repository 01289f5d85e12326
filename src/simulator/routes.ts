import { createMessage, tooMany } from './create.ts';
import { answer, answerError, type Exchange, readForm } from './exchange.ts';
import { listPage } from './list.ts';
import { formatDate, messageResource, poolSender, progressOf } from './resource.ts';
import type { StoredMessage } from './store.ts';
import type { Twilio } from './twilio.ts';

/** What a path's own words are, as `accountSid` and `sid`. */
type Words = Readonly<Record<string, string>>;
type Handler = (exchange: Exchange, words: Words, twilio: Twilio) => void | Promise<void>;

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Partial<Record<string, Handler>>>;
}

const account = '/2010-04-01/Accounts/(?<accountSid>AC[0-9a-fA-F]{32})';
const message = `${account}/Messages/(?<sid>(?:SM|MM)[0-9a-f]{32})`;
const path = (pattern: string) => new RegExp(`^${pattern}$`);

const notFound = (exchange: Exchange): void =>
  answerError(exchange, 404, 20404, `The requested resource ${exchange.url.pathname} was not found`);

/** Wraps a handler that needs a message that is there. */
const ofMessage =
  (
    handle: (exchange: Exchange, message: StoredMessage, twilio: Twilio, words: Words) => void | Promise<void>,
  ): Handler =>
  (exchange, words, twilio) => {
    const stored = twilio.store.get(words['sid'] ?? '');
    return stored && stored.truth.accountSid === words['accountSid']
      ? handle(exchange, stored, twilio, words)
      : notFound(exchange);
  };

const list: Handler = (exchange, words, twilio) => {
  if (twilio.dice.onService('list-failing')) return answerError(exchange, 500, 20500, 'Internal server error');
  if (twilio.dice.onService('list-busy')) return tooMany(exchange, '1');
  const { pathname: path, searchParams: query } = exchange.url;
  const messages = twilio.store.all(query.get('To') ?? undefined);
  answer(exchange, 200, listPage(messages, { accountSid: words['accountSid'] ?? '', path, query }, twilio.clock()));
};

const update = ofMessage(async (exchange, stored, twilio) => {
  const form = await readForm(exchange.request);
  if (form.get('Status') === 'canceled') {
    if (progressOf(stored, twilio.clock()).status !== 'scheduled') {
      return answerError(exchange, 409, 30409, 'This message cannot be canceled');
    }
    stored.isCanceled = true;
  } else if (form.get('Body') === '') stored.body = '';
  else return answerError(exchange, 400, 20001, 'Body can only be emptied, and Status only be canceled');
  stored.updatedAt = twilio.now();
  answer(exchange, 200, messageResource(stored, twilio.clock()));
});

const remove = ofMessage((exchange, stored, twilio) => {
  const { status } = progressOf(stored, twilio.clock());
  const isOver = ['delivered', 'undelivered', 'failed', 'canceled'].includes(status);
  if (!isOver) return answerError(exchange, 409, 20009, 'Cannot delete this resource before it has completed');
  stored.isDeleted = true;
  answer(exchange, 204);
});

const feedback = ofMessage(async (exchange, { truth }, twilio, words) => {
  const outcome = (await readForm(exchange.request)).get('Outcome') ?? 'confirmed';
  if (outcome !== 'confirmed' && outcome !== 'unconfirmed')
    return answerError(exchange, 400, 20001, `Invalid Outcome: ${outcome}`);
  if (!truth.parameters.some(([name, value]) => name === 'ProvideFeedback' && value === 'true'))
    return notFound(exchange);
  const date = formatDate(twilio.now());
  const uri = exchange.url.pathname;
  answer(exchange, 201, {
    account_sid: words['accountSid'],
    message_sid: truth.sid,
    outcome,
    date_created: date,
    date_updated: date,
    uri,
  });
});

const mediaResource = ({ truth }: StoredMessage, sid: string) => ({
  sid,
  account_sid: truth.accountSid,
  parent_sid: truth.sid,
  content_type: 'image/gif',
  date_created: formatDate(truth.createdAt),
  date_updated: formatDate(truth.createdAt),
  uri: `/2010-04-01/Accounts/${truth.accountSid}/Messages/${truth.sid}/Media/${sid}.json`,
});

const listMedia = ofMessage((exchange, stored) => {
  const uri = exchange.url.pathname;
  const media = stored.mediaSids.map((sid) => mediaResource(stored, sid));
  const paging = {
    page: 0,
    page_size: 50,
    start: 0,
    end: Math.max(0, media.length - 1),
    next_page_uri: null,
    previous_page_uri: null,
  };
  answer(exchange, 200, { media_list: media, first_page_uri: uri, uri, ...paging });
});

const oneMedia = ofMessage((exchange, stored, _, { mediaSid = '' }) => {
  if (!stored.mediaSids.includes(mediaSid)) return notFound(exchange);
  if (exchange.request.method === 'GET') {
    return exchange.url.pathname.endsWith('.json')
      ? answer(exchange, 200, mediaResource(stored, mediaSid))
      : answer(exchange, 307, undefined, { location: `${fileFolder}${mediaSid}` });
  }
  stored.mediaSids = stored.mediaSids.filter((sid) => sid !== mediaSid);
  answer(exchange, 204);
});

/** Where media lie: elsewhere, as at Twilio, and open to who knows the address. */
const fileFolder = '/files/';

/** The picture of every message here: a white pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

/** Answers a request for a file; false when it is for something else. Who shows credentials there has leaked them. */
export function serveFile({ request, response, url }: Exchange): boolean {
  if (!url.pathname.startsWith(fileFolder)) return false;
  const status = request.headers.authorization === undefined ? 200 : 400;
  response.writeHead(status, { 'content-type': 'image/gif', 'content-length': pixel.length }).end(pixel);
  return true;
}

const accountResource: Handler = (exchange, { accountSid }, { settings }) =>
  answer(exchange, 200, {
    sid: accountSid,
    friendly_name: 'Simulated account',
    status: 'active',
    type: 'Full',
    owner_account_sid: settings.accountSid,
  });

const balance: Handler = (exchange, { accountSid }) =>
  answer(exchange, 200, { account_sid: accountSid, balance: '100.00', currency: 'USD' });

/** Any number that is asked for belongs to the account: people rehearse with their own. */
const numbers: Handler = (exchange, { accountSid }) => {
  const number = exchange.url.searchParams.get('PhoneNumber');
  const owned = number
    ? [
        {
          sid: `PN${'0'.repeat(32)}`,
          account_sid: accountSid,
          phone_number: number,
          capabilities: { sms: true, mms: true },
        },
      ]
    : [];
  answer(exchange, 200, { incoming_phone_numbers: owned, page: 0, next_page_uri: null });
};

/** Made-up prices in the form of Twilio's list: dearer abroad, dearest from a short code. */
const prices: Handler = (exchange, { country = '' }) => {
  const base = country === 'US' || country === 'CA' ? 0.0083 : 0.05;
  const price = (kind: string, times: number) => {
    const text = (base * times).toFixed(4);
    return { number_type: kind, base_price: text, current_price: text };
  };
  const kinds = [price('local', 1), price('toll free', 1), price('mobile', 1), price('shortcode', 2)];
  answer(exchange, 200, {
    country,
    iso_country: country,
    price_unit: 'usd',
    outbound_sms_prices: [{ carrier: 'Simulated', mcc: '000', mnc: '00', prices: kinds }],
    inbound_sms_prices: [price('local', 1)],
  });
};

/** Twilio texts nobody there. */
const closedCountry = 'CU';

const geoPermissions: Handler = (exchange) => {
  const country = exchange.url.searchParams.get('CountryCode') ?? 'US';
  const enabled = country !== closedCountry;
  answer(exchange, 200, { permissions: [{ country_code: country, type: 'country', enabled, error_code: 0 }] });
};

const service: Handler = (exchange, { sid }, { settings: { accountSid } }) =>
  answer(exchange, 200, {
    sid,
    account_sid: accountSid,
    friendly_name: 'Simulated service',
    use_inbound_webhook_on_number: false,
  });

const serviceNumbers: Handler = (exchange, { sid }, { settings: { accountSid } }) => {
  const pool = { service_sid: sid, account_sid: accountSid, phone_number: poolSender, capabilities: ['SMS', 'MMS'] };
  answer(exchange, 200, {
    phone_numbers: [{ sid: `PN${'0'.repeat(32)}`, ...pool, country_code: 'US' }],
    meta: { page: 0, page_size: 50, next_page_url: null, key: 'phone_numbers' },
  });
};

const routes: readonly Route[] = [
  {
    path: path(`${account}/Messages\\.json`),
    methods: {
      GET: list,
      POST: (exchange, { accountSid = '' }, twilio) => createMessage(exchange, accountSid, twilio),
    },
  },
  {
    path: path(`${message}\\.json`),
    methods: {
      GET: ofMessage((exchange, stored, twilio) => answer(exchange, 200, messageResource(stored, twilio.clock()))),
      POST: update,
      DELETE: remove,
    },
  },
  { path: path(`${message}/Feedback\\.json`), methods: { POST: feedback } },
  { path: path(`${message}/Media\\.json`), methods: { GET: listMedia } },
  {
    path: path(`${message}/Media/(?<mediaSid>ME[0-9a-f]{32})(?:\\.json)?`),
    methods: { GET: oneMedia, DELETE: oneMedia },
  },
  { path: path(`${account}\\.json`), methods: { GET: accountResource } },
  { path: path(`${account}/Balance\\.json`), methods: { GET: balance } },
  { path: path(`${account}/IncomingPhoneNumbers\\.json`), methods: { GET: numbers } },
  { path: path('/v1/Messaging/Countries/(?<country>[A-Z]{2})'), methods: { GET: prices } },
  { path: path('/v1/Messaging/GeoPermissions'), methods: { GET: geoPermissions } },
  { path: path('/v1/Services/(?<sid>MG[0-9a-fA-F]{32})'), methods: { GET: service } },
  { path: path('/v1/Services/(?<sid>MG[0-9a-fA-F]{32})/PhoneNumbers'), methods: { GET: serviceNumbers } },
];

/** Answers one request that has shown who it is. */
export async function route(exchange: Exchange, twilio: Twilio): Promise<void> {
  for (const { path: pattern, methods } of routes) {
    const match = pattern.exec(exchange.url.pathname);
    if (!match) continue;
    const handle = methods[exchange.request.method ?? ''];
    if (!handle) return answerError(exchange, 405, 20004, 'Method not allowed');
    return handle(exchange, match.groups ?? {}, twilio);
  }
  notFound(exchange);
}
