// A provider for measuring: takes every message after `latency` milliseconds, and keeps count. Much cheaper than the
// simulator, so that it is not what is measured. Prints its address; GET /count says what it saw since the last time.
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2]);
let next = 0;
let out = 0;
let count = fresh();

function fresh() {
  return { messages: 0, mostOut: 0, firstAt: 0, lastAt: 0, tenths: [] };
}

/** Tells, and begins anew; `tenths` is how many were answered in each tenth of a second since the first request. */
function tell(response) {
  response.end(JSON.stringify({ ...count, tenths: Array.from(count.tenths, (messages) => messages ?? 0) }));
  count = fresh();
}

function answer(response) {
  // Before the answer leaves: whoever has it may send the next at once.
  out--;
  count.messages++;
  count.lastAt = performance.now();
  const tenth = Math.floor((count.lastAt - count.firstAt) / 100);
  count.tenths[tenth] = (count.tenths[tenth] ?? 0) + 1;
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(`{"sid":"SM${(++next).toString(16).padStart(32, '0')}","status":"queued","num_segments":"1"}`);
}

const server = createServer((request, response) => {
  if (request.url === '/count') return tell(response);
  count.firstAt ||= performance.now();
  count.mostOut = Math.max(count.mostOut, ++out);
  request.resume();
  request.on('end', () => (latencyMs > 0 ? setTimeout(answer, latencyMs, response) : answer(response)));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
