import { expect, it } from 'vitest';
import { isLedgerUrl, shownLedger } from '../../src/core/ledger-address.ts';

it.each([
  ['/home/ada/ledger.db', '/home/ada/ledger.db'],
  ['ledger@home.db', 'ledger@home.db'],
  ['postgres://volley:secret@db:5432/volley', 'postgres://volley@db:5432/volley'],
  ['postgresql://volley:s3cr/e?t#@x@db/volley', 'postgresql://volley@db/volley'],
  ['postgres://volley:%73ecret@db/volley?sslmode=require', 'postgres://volley@db/volley?sslmode=require'],
  ['postgres://:secret@db/volley', 'postgres://@db/volley'],
  ['postgres://db/volley?user=ada&password=secret', 'postgres://db/volley?user=ada&password=•••'],
  ['postgres://db/volley?PassWord=secret&x=1', 'postgres://db/volley?PassWord=•••&x=1'],
  ['postgres://db/volley?p%61ssword=secret', 'postgres://db/volley?p%61ssword=•••'],
  ['mysql://volley:secret@db/volley', 'mysql://volley@db/volley'],
  ['postgres://volley@db/volley', 'postgres://volley@db/volley'],
])('%s is shown as %s', (ledger, shown) => expect(shownLedger(ledger)).toBe(shown));

it.each([
  ['postgres://db/volley', true],
  ['PostgreSQL://db/volley', true],
  ['postgres.db', false],
  ['mysql://db/volley', false],
])('%s is an address: %s', (ledger, isUrl) => expect(isLedgerUrl(ledger)).toBe(isUrl));
