/** Who we are to the provider: with an API key, `user` is its SID and `secret` its secret; else the account and its auth token. */
export interface Credentials {
  /** The account that requests are about, also with an API key. */
  readonly accountSid: string;
  readonly user: string;
  /** Never printed, logged or kept in the ledger. */
  readonly secret: string;
}
