// A provider for measuring: takes every message after `latency` milliseconds, and keeps count. Much cheaper than the
// simulator, so that it is not what is measured. Prints its address; GET /stats says what it saw since the last time.
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2] ?? 0);
let next = 0;
let out = 0;
let stats = fresh();

function fresh() {
  return { messages: 0, mostOut: 0, firstAt: 0, lastAt: 0, seconds: {} };
}

const server = createServer((request, response) => {
  if (request.url === '/stats') {
    const { seconds, ...rest } = stats;
    response.end(JSON.stringify({ ...rest, mostInASecond: Math.max(0, ...Object.values(seconds)) }));
    stats = fresh();
    return;
  }
  request.resume();
  request.on('end', () => {
    const now = performance.now();
    stats.mostOut = Math.max(stats.mostOut, ++out);
    stats.firstAt ||= now;
    const answer = () => {
      out--;
      stats.messages++;
      stats.lastAt = performance.now();
      const second = Math.floor(stats.lastAt / 1000);
      stats.seconds[second] = (stats.seconds[second] ?? 0) + 1;
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(`{"sid":"SM${(++next).toString(16).padStart(32, '0')}","status":"queued","num_segments":"1"}`);
    };
    if (latencyMs > 0) setTimeout(answer, latencyMs);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
