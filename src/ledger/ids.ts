import { randomBytes } from 'node:crypto';

/**
 * Names a campaign, or begins the ids of a set of rows: six random bytes in hexadecimal. Short enough to type, and among
 * a million of them two are alike with a chance of one in five hundred.
 */
export const newId = (): string => randomBytes(6).toString('hex');
