import { SegmentedMessage } from 'sms-segments-calculator';
import { countSegments } from '../../../src/core/text/segments.ts';

/** Texts whose segments are counted a second. */
export type Segments = Readonly<Record<'volley' | 'twilio', number>>;

/** Texts as they come: most in GSM-7, one in five of several segments, one in ten in UCS-2. */
const textOf = (index: number): string =>
  `Hi Ada ${index}, we open at nine${index % 10 === 0 ? ' – come by' : ''}.${index % 5 === 0 ? ' And more.'.repeat(15) : ''}`;

export function measureSegments(): Segments {
  const texts = Array.from({ length: 500_000 }, (_, index) => textOf(index));
  return {
    volley: countsPerSecond(countSegments, texts),
    twilio: countsPerSecond((text) => new SegmentedMessage(text).segmentsCount, texts.slice(0, 2000)),
  };
}

function countsPerSecond(count: (text: string) => unknown, texts: readonly string[]): number {
  const startedAt = performance.now();
  for (const text of texts) count(text);
  return (texts.length / (performance.now() - startedAt)) * 1000;
}
