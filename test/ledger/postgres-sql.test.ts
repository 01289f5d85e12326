import { describe, expect, it } from 'vitest';
import { readAddress } from '../../src/ledger/postgres/address.ts';
import { isConflict } from '../../src/ledger/postgres/conflicts.ts';
import { isAway, openFault, storageFault } from '../../src/ledger/postgres/faults.ts';
import { json, named, raw, sql, storable, textOf } from '../../src/ledger/postgres/sql.ts';

const failure = (code: string, message = 'no') => Object.assign(new Error(message), { code });

describe('a statement', () => {
  it('has its values beside it, numbered through all of its parts', () => {
    const part = sql`b = ${2} and c = ${['x']}`;
    const statement = sql`select ${raw('a')} from t where a = ${'1; drop table t'} and ${part} limit ${3}`;
    expect(textOf(statement)).toBe('select a from t where a = $1 and b = $2 and c = $3 limit $4');
    expect(statement.values).toEqual(['1; drop table t', 2, ['x'], 3]);
  });

  it('may be written with names, which are no casts', () => {
    const statement = named('select :a::bigint from t where at < :b', { a: 1, b: sql`${2} - ${3}` });
    expect(textOf(statement)).toBe('select $1::bigint from t where at < $2 - $3');
    expect(statement.values).toEqual([1, 2, 3]);
    expect(() => named('select :c', {})).toThrow(':c');
  });

  it('holds no character that the server refuses, and all others', () => {
    expect(storable('a\0b\ud800c👍')).toBe('ab\ufffdc👍');
    expect(JSON.parse(json({ body: 'a\0b\udfffc👍', path: 'C:\\u0000' }))).toEqual({
      body: 'ab\ufffdc👍',
      path: 'C:\\u0000',
    });
  });
});

describe('an address', () => {
  it('names the schema, and has the certificate checked by every mode that asks for TLS', () => {
    const { schema, pool } = readAddress('postgres://a:b@db/volley?schema=texts&sslmode=require');
    expect([schema, pool.connectionString]).toEqual(['texts', 'postgres://a:b@db/volley?sslmode=verify-full']);
    expect(pool.options).toContain('search_path=texts');
    expect(readAddress('postgres://db/volley').schema).toBe('volley');
  });

  it.each(['postgres://a:canary@db', 'postgres://a:canary@db:no/volley', 'postgres://a:canary@db/v?schema=a;b'])(
    'that is wrong is not repeated: %s',
    (address) => {
      expect(() => readAddress(address)).toThrow(/address of the ledger/);
      expect(() => readAddress(address)).not.toThrow(/canary/);
    },
  );
});

describe('a failure of the server', () => {
  it.each([
    [failure('57P01'), true],
    [failure('08006'), true],
    [failure('ECONNRESET'), true],
    [new Error('Connection terminated unexpectedly'), true],
    [new AggregateError([failure('ECONNREFUSED')]), true],
    [failure('42601'), false],
    [failure('57014'), false],
    [new TypeError('of ours'), false],
  ])('%s is an outage: %s', (error, away) => expect(isAway(error)).toBe(away));

  it('that undid a transaction because of another lets it begin again', () => {
    expect(['40001', '40P01', '23505', '23502'].map((code) => isConflict(failure(code)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['57P03', 'storage', /out of reach/],
    ['53100', 'storage', /no room left/],
    ['25006', 'storage', /cannot be written/],
    ['XX001', 'storage', /is damaged/],
    ['55P03', 'storage', /is locked/],
  ])('%s is told as the user may mend it', (code, kind, message) => {
    expect(storageFault(failure(code), 'postgres://db/volley')).toMatchObject({
      code: kind,
      message: expect.stringMatching(message),
    });
  });

  it('that is a bug stays one', () => {
    expect(storageFault(failure('42601'), 'x')).toBeUndefined();
    const bug = new TypeError('of ours');
    expect(openFault(bug, 'x')).toBe(bug);
  });

  it.each([
    ['28P01', /refuses the user or password/],
    ['3D000', /no such database/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /certificate/],
    ['ENOTFOUND', /no such host/],
    ['58030', /no$|no\./],
  ])('%s when it is opened is a matter of config', (code, message) => {
    expect(openFault(failure(code), 'postgres://db/volley')).toMatchObject({
      code: 'config',
      message: expect.stringMatching(message),
    });
  });
});
