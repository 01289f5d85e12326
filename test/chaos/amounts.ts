/** How much `npm run chaos` was asked for, as `CHAOS_KILLS`. Throws where tests are started without it. */
export function amountOf(name: `CHAOS_${string}`): string {
  const amount = process.env[name];
  if (amount === undefined) throw new Error(`${name} is not set: npm run chaos starts this`);
  return amount;
}
