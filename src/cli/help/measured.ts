/** What `npm run bench -- --record` measured last, and wrote here. */
export const measured = `8,000 messages, 64 at once, plan and ledger included (volley 2,095 a second)
  as many a second as a loop over Twilio's SDK          1.33 (1.21–1.44) times
    with this share of its processor time               0.73 (0.65–0.80)
  as many a second as a bare loop over got              1.30 (1.27–1.45) times
    with this share of its processor time               0.68 (0.64–0.69)
  as many a second as curl with xargs (200 messages)    8.74 (6.50–9.44) times
  memory of a run of 40,000, against 8,000              1.43 times
  bytes of ledger a message, when all are sent          508
A provider that answers after 80 ms: share of what that allows
  16 at once, of 200 a second; at most 16 were out      0.94
    a loop over Twilio's SDK                            0.96
    a loop over bare node:http                          0.98
  50 at once, of 625 a second; at most 50 were out      0.93
    a loop over Twilio's SDK                            0.97
    a loop over bare node:http                          0.98
  100 at once, of 1,250 a second; at most 100 were out  0.92 (0.92–0.93)
    a loop over Twilio's SDK                            0.95 (0.93–0.96)
    a loop over bare node:http                          0.98 (0.97–0.98)
  160 at once, of 2,000 a second; at most 160 were out  0.90 (0.86–0.91)
    a loop over Twilio's SDK                            0.93 (0.93–0.94)
    a loop over bare node:http                          0.97 (0.97–0.97)
From the start of a process to its end
  --version, against node itself                        1.75 (1.38–2.20) times
  batch --help, against node itself                     1.89 (1.57–2.65) times
  send, against a script with the SDK                   0.82 (0.58–1.09) times
A list read, checked and written down, by its rows: time, processor time a row beside the start, the most memory,
ledger a row; then the time of commands with so many rows in the ledger
       rows    time  µs a row  memory  bytes a row  report  campaigns  resume
      1,000   0.5 s       112   71 MB          475  0.25 s     0.25 s  0.32 s
     10,000   1.0 s        73   95 MB          352  0.26 s     0.27 s  0.36 s
    100,000   3.0 s        27  130 MB          348  0.26 s     0.26 s  0.36 s
  1,000,000  26.6 s        27  167 MB          359  0.43 s     0.41 s  0.61 s
Beside that
  callbacks a second, 64 at once, each on disk          4,031
  texts counted a second, against Twilio's calculator   256 times
Much of everything, against little of it: messages a second of a whole run
  10,000 senders                                        1.08 (0.89–1.25) times
  1,000,000 opt-outs in the ledger                      1.01 (0.96–1.02) times
    to import them                                      62.0 s
  100 open campaigns in the ledger                      0.94 (0.79–1.00) times
    to begin them, ten processes at once                41.2 s`;
