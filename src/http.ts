import got, { type ExtendOptions, type Got } from 'got';

/** Answers are small; what is larger than this is nobody's we ask, in bytes. */
const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * The one place that says how volley speaks HTTP: each request is made once, follows no redirect, and has an answer
 * whatever its status is. An answer that grows too long is cut off while it comes: got's `CancelError`.
 */
export function httpClient(options: ExtendOptions, maxBytes = maxAnswerBytes): Got {
  return got.extend(options, {
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    handlers: [
      (given, next) => {
        const request = next(given);
        if (!('cancel' in request)) return request;
        request.on('downloadProgress', ({ transferred, total = 0 }) => {
          if (Math.max(transferred, total) > maxBytes) request.cancel();
        });
        return request;
      },
    ],
  });
}
