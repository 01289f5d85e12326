/** What `npm run bench -- --record` measured last, and wrote here. */
export const measured = `8,000 messages, 64 at once, plan and ledger included (volley 2,416 a second)
  as many a second as a loop over Twilio's SDK          1.39 (1.18–1.40) times
    with this share of its processor time               0.71 (0.70–0.81)
  as many a second as a bare loop over got              1.28 (1.15–1.46) times
    with this share of its processor time               0.72 (0.64–0.75)
  as many a second as curl with xargs (200 messages)    8.11 (7.88–8.19) times
  memory of a run of 40,000, against 8,000              1.21 times
  bytes of ledger a message, when all are sent          506
A provider that answers after 80 ms: share of what that allows
  16 at once, of 200 a second; at most 16 were out      0.93
    a loop over Twilio's SDK                            0.95
  50 at once, of 625 a second; at most 50 were out      0.92
    a loop over Twilio's SDK                            0.95
  100 at once, of 1,250 a second; at most 100 were out  0.88 (0.85–0.89)
    a loop over Twilio's SDK                            0.88 (0.87–0.94)
  160 at once, of 2,000 a second; at most 160 were out  0.74 (0.73–0.74)
    a loop over Twilio's SDK                            0.79 (0.76–0.82)
From the start of a process to its end
  --version, against node itself                        1.76 (1.47–2.34) times
  batch --help, against node itself                     3.01 (2.38–3.66) times
  send, against a script with the SDK                   0.98 (0.79–1.20) times
A list read, checked and written down, by its rows: time, processor time a row beside the start, the most memory,
ledger a row; then the time of commands with so many rows in the ledger
       rows    time  µs a row  memory  bytes a row  report  campaigns  resume
      1,000   0.6 s        54   80 MB          475  0.32 s     0.33 s  0.40 s
     10,000   1.1 s        68   97 MB          352  0.30 s     0.29 s  0.39 s
    100,000   3.5 s        31  131 MB          348  0.32 s     0.31 s  0.45 s
  1,000,000  24.6 s        24  176 MB          359  0.38 s     0.43 s  0.71 s
Beside that
  callbacks a second, 64 at once, each on disk          4,153
  texts counted a second, against Twilio's calculator   216 times
Much of everything, against little of it: messages a second of a whole run
  10,000 senders                                        0.87 (0.83–0.92) times
  1,000,000 opt-outs in the ledger                      0.96 (0.92–1.27) times
    to import them                                      59.8 s
  100 open campaigns in the ledger                      0.98 (0.94–1.09) times
    to begin them, ten processes at once                40.2 s`;
