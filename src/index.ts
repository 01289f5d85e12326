/**
 * volley for other programs: the use cases that the commands call, and what they work with.
 *
 *     const ports = { ledger: openSqliteLedger('ledger.db'), provider: twilioProvider(options), ...systemClock, signal };
 *     const rules = await rowRules({ defaults: { from, body }, nowMs: Date.now() });
 *     const { staging, hash } = await planCampaign(dataRows(rows), rules, { name: 'spring', source: 'crm' }, ports);
 *     const { report } = await deliver(await staging.commit(hash), defaultDelivery, ports);
 */

export { type Forwarding, type PassOnOptions, startForwarding } from './callbacks/forward.ts';
export { type EventPoster, httpPoster } from './callbacks/poster.ts';
export {
  type ReceivedCounts,
  type ReceiveEvents,
  type ReceiveOptions,
  type ReceivePorts,
  type Receiver,
  startReceiving,
} from './callbacks/receive.ts';
export {
  type ApprovalRules,
  type Approved,
  commitPlan,
  findUnfinished,
  refusePlan,
  type SameInput,
} from './campaign/approve.ts';
export { deadlineOf, type Ends } from './campaign/deadline.ts';
export {
  type Delivered,
  type DeliverOptions,
  type DeliverPorts,
  type DeliveryEvents,
  defaultDelivery,
  deliver,
} from './campaign/deliver.ts';
export { exitCodeOfDelivery } from './campaign/exit-code.ts';
export { type FeedbackOutcome, type FeedbackPorts, giveFeedback } from './campaign/feedback.ts';
export { findCampaign, hasUnknown, isOpen, pickCampaign } from './campaign/find.ts';
export {
  type ImportedOptOuts,
  type ImportPorts,
  importOptOuts,
  type OptOutDefaults,
} from './campaign/import-opt-outs.ts';
export { type PendingPlan, type PlanOptions, planCampaign } from './campaign/plan.ts';
export { type PlanContextOptions, planContext } from './campaign/plan-context.ts';
export { type Clock, type Ports, systemClock } from './campaign/ports.ts';
export { type PriceSources, pricePlan } from './campaign/price.ts';
export { type Recalled, type RecallPorts, recall } from './campaign/recall.ts';
export { type CampaignFigures, readFigures } from './campaign/report.ts';
export { reopenRejected, retryUndelivered } from './campaign/resume.ts';
export {
  type DataRow,
  dataRows,
  type RowRules,
  type RowRulesOptions,
  type RowSource,
  rowRules,
} from './campaign/row-rules.ts';
export { type Intake, type IntakeOptions, openCampaign, takeEvents } from './campaign/stream.ts';
export { type TrackOptions, track } from './campaign/track.ts';
export { type Difference, type Verified, type VerifyPorts, verify } from './campaign/verify.ts';
export { type WatchOptions, type WatchPorts, type WatchView, watchCampaign } from './campaign/watch.ts';
export type { Credentials } from './core/credentials.ts';
export type { Message, MessageRequest, Row, RowIssue, SendResult, SendState } from './core/message.ts';
export type { Callback, InboundMessage, StatusCallback } from './core/outcome/callback.ts';
export { type CodeExplanation, explainCode } from './core/outcome/error-codes.ts';
export type { Report, RunEnd } from './core/outcome/report.ts';
export type { Plan } from './core/plan.ts';
export { type NormalizePhone, phoneNormalizer } from './core/recipient/phone.ts';
export { type RawRequest, validate } from './core/request/validate.ts';
export { countSegments } from './core/text/segments.ts';
export { CliError, type ErrorCode, exitCodes } from './errors.ts';
export { openSource, type Source, type SourceOptions } from './input/open-source.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { Campaign, Staging } from './ledger/plans.ts';
export { openPostgresLedger } from './ledger/postgres/open.ts';
export { openSqliteLedger } from './ledger/sqlite/open.ts';
export type { Provider, ReadCallback, Records, Sender } from './provider/provider.ts';
export { isSignedBy } from './provider/twilio/signature.ts';
export { type TwilioOptions, twilioProvider } from './provider/twilio/twilio.ts';
export { webhookReader } from './provider/twilio/webhook.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts';
