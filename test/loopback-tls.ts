/**
 * A certificate for 127.0.0.1 that nobody trusts, made for these tests alone (valid until 2126):
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1
 */
export const loopbackTls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggcy8D0V/Mh7PbCmK
MA6KoJpeenakGyViIb4Zf4pv8JWhRANCAAQo+dhJLkJb5uEbFfHSS1qcoEnpwdZP
nbcWKwjpmSc5INj/nLFtjRkpLqfnlk6WDWdfMJoJcXdZV/YmOTjvdsWg
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUSJ7Y8hulKusHvNvRFrudu4thoLYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNTE4MDkyNloYDzIxMjYxMTAx
MTgwOTI2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQo+dhJLkJb5uEbFfHSS1qcoEnpwdZPnbcWKwjpmSc5INj/nLFtjRkp
Lqfnlk6WDWdfMJoJcXdZV/YmOTjvdsWgo2QwYjAdBgNVHQ4EFgQUHUYAecmE4K0u
11IWjMLjuvGsUsswHwYDVR0jBBgwFoAUHUYAecmE4K0u11IWjMLjuvGsUsswDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IE/255WdY9Qz5c/BYJ5GhxJ46kpQbRJbGAhoZPSGTerHAiAYtQX+Wrn6vH6xx/js
UTBPwywTdpQSz0DEcbLPmh6lpg==
-----END CERTIFICATE-----
`,
};

/** The certificate of another authority, made in the same way; its key was thrown away. */
export const otherAuthority = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUUAr5O0DRWMHKo3FTKJl8dLKRoTowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNTE5NDUzMloYDzIxMjYxMTAx
MTk0NTMyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASnkMLgz0kBUpnUtQ4whS+A8fJKW2jDSzwwipIOZ/N2ylF5HLzM0OZ8
ZrVMhhB2MZFJfVUn1kfF/Gsj2y7MwsPBo2QwYjAdBgNVHQ4EFgQUtD4tsneeZtdi
QmRF7F+fCPac34kwHwYDVR0jBBgwFoAUtD4tsneeZtdiQmRF7F+fCPac34kwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IAg3Kq51jufivKrZQjpy1ke6mEWugRWno2XAO6S7rU3sAiEAv/iVZN6P6rQibFRM
Rh247uNM6+d2piR2lKeEaPVDu0g=
-----END CERTIFICATE-----
`;
