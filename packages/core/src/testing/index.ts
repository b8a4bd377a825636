export { fakeClock, type FakeClock } from "./fake-clock.ts";
export {
  fakeHttp,
  fakeResponse,
  type FakeHttp,
  type FakeReply,
  type FakeStep,
  type RecordedRequest,
} from "./fake-http.ts";
export { exampleCall, exampleOffer, exampleRequest, exampleRow } from "./example-call.ts";
export { createMemoryLedgerStore as memoryLedger } from "../buy/ledger/memory-ledger-store.ts";
export { providerContract, type FailureCase, type ProviderFixture, type RequestCase } from "./provider-contract.ts";
export { ledgerContract } from "./ledger-contract.ts";
export { jobProviderContract, type JobEnding, type JobProviderFixture } from "./job-provider-contract.ts";
