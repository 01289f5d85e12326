/** What `npm run bench -- --record` measured last, and wrote here. */
export const measured = `8,000 messages, 64 at once, plan and ledger included (volley 1,447 a second)
  as many a second as a loop over Twilio's SDK          1.07 (0.90–1.28) times
    with this share of its processor time               0.87 (0.70–1.10)
  as many a second as a bare loop over got              1.14 (0.97–1.34) times
    with this share of its processor time               0.78 (0.65–1.01)
  as many a second as curl with xargs (300 messages)    8.35 (7.34–8.48) times
  memory of a run of 40,000, against 8,000              0.80 times
  bytes of ledger a message, when all are sent          502
A provider that answers after 80 ms: share of what that allows
  16 at once, of 200 a second; at most 16 were out      0.83
    a loop over Twilio's SDK                            0.94
  50 at once, of 625 a second; at most 50 were out      0.74
    a loop over Twilio's SDK                            0.91
  100 at once, of 1,250 a second; at most 100 were out  0.76 (0.76–0.78)
    a loop over Twilio's SDK                            0.87 (0.84–0.88)
  160 at once, of 2,000 a second; at most 160 were out  0.61 (0.61–0.64)
    a loop over Twilio's SDK                            0.72 (0.70–0.78)
From the start of a process to its end
  --version, against node itself                        1.95 (1.02–2.70) times
  batch --help, against node itself                     3.04 (1.47–4.40) times
  send, against a script with the SDK                   1.18 (0.90–1.72) times
A list read, checked and written down, by its rows: time, processor time a row beside the start, the most memory,
ledger a row; then the time of commands with so many rows in the ledger
       rows    time  µs a row  memory  bytes a row  report  campaigns  resume
      1,000   1.2 s       163   81 MB          479  0.55 s     0.57 s  0.80 s
     10,000   1.7 s        79  102 MB          353  0.52 s     0.44 s  0.67 s
    100,000   4.5 s        33  145 MB          348  0.58 s     0.47 s  0.96 s
  1,000,000  32.3 s        28  186 MB          359  1.56 s     0.88 s  3.46 s
Beside that
  callbacks a second, 64 at once, each on disk          2,021
  texts counted a second, against Twilio's calculator   244 times
Much of everything, against little of it: messages a second of a whole run
  10,000 senders                                        0.93 (0.83–1.12) times
  1,000,000 opt-outs in the ledger                      1.12 (1.02–1.20) times
    to import them                                      100.8 s
  100 open campaigns in the ledger                      0.98 (0.75–1.11) times
    to begin them, ten processes at once                55.8 s`;
