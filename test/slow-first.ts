import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of tests that take many seconds, mostly since they start processes or a browser. */
const slow = /\/test\/(?:queue|e2e|samples\.|cli\/(?:watch-web|examples|json|compose)|ui\/html\.)/;

/** Begins with the files that take longest, so that no worker has one of them left when the others have ended. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [first, then] = [true, false].map((isSlow) => files.filter(({ moduleId }) => slow.test(moduleId) === isSlow));
    return [...(first ?? []), ...(then ?? [])];
  }
}
