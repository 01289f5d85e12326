/** What `npm run bench -- --record` measured last, and wrote here. */
export const measured = `8,000 messages, 64 at once, plan and ledger included (volley 2,052 a second)
  as many a second as a loop over Twilio's SDK          1.32 (1.27–1.43) times
    with this share of its processor time               0.71 (0.67–0.72)
  as many a second as a bare loop over got              1.35 (1.18–1.66) times
    with this share of its processor time               0.66 (0.56–0.72)
  as many a second as curl with xargs (200 messages)    9.26 (9.06–9.73) times
  memory of a run of 40,000, against 8,000              1.39 times
  bytes of ledger a message, when all are sent          542
A provider that answers after 80 ms: share of what that allows
  16 at once, of 200 a second; at most 16 were out      0.93
    a bare loop over got                                0.97
    a loop over Twilio's SDK                            0.97
    a loop over bare node:http                          0.97
  50 at once, of 625 a second; at most 50 were out      0.89
    a bare loop over got                                0.93
    a loop over Twilio's SDK                            0.97
    a loop over bare node:http                          0.98
  100 at once, of 1,250 a second; at most 100 were out  0.92 (0.89–0.93)
    a bare loop over got                                0.86 (0.84–0.90)
    a loop over Twilio's SDK                            0.94 (0.91–0.95)
    a loop over bare node:http                          0.98 (0.97–0.98)
  160 at once, of 2,000 a second; at most 160 were out  0.85 (0.83–0.88)
    a bare loop over got                                0.82 (0.80–0.86)
    a loop over Twilio's SDK                            0.93 (0.91–0.94)
    a loop over bare node:http                          0.97 (0.97–0.97)
From the start of a process to its end
  --version, against node itself                        1.76 (1.35–2.00) times
  batch --help, against node itself                     1.96 (1.52–2.48) times
  send, against a script with the SDK                   0.79 (0.60–0.92) times
A list read, checked and written down, by its rows: time, processor time a row beside the start, the most memory,
ledger a row; then the time of commands with so many rows in the ledger
       rows    time  µs a row  memory  bytes a row  report  campaigns  resume
      1,000   0.6 s       168   69 MB          475  0.27 s     0.25 s  0.37 s
     10,000   1.1 s        85   93 MB          352  0.32 s     0.28 s  0.43 s
    100,000   3.6 s        34  128 MB          348  0.33 s     0.33 s  0.43 s
  1,000,000  26.6 s        27  162 MB          359  0.44 s     0.44 s  0.59 s
Beside that
  callbacks a second, 64 at once, each on disk          3,628
  texts counted a second, against Twilio's calculator   255 times
Much of everything, against little of it: messages a second of a whole run
  10,000 senders                                        0.92 (0.77–1.18) times
  1,000,000 opt-outs in the ledger                      0.91 (0.80–0.91) times
    to import them                                      58.3 s
  100 open campaigns in the ledger                      1.02 (1.01–1.02) times
    to begin them, ten processes at once                37.8 s`;
