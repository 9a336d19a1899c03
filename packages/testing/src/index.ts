export { startLocalSqs, type LocalSqs, type LocalSqsOptions } from './local-sqs.ts';
export {
  createVirtualRuntime,
  type VirtualRuntime,
  type VirtualRuntimeOptions,
} from './virtual-runtime.ts';
export { createSeededRandom } from './seeded-random.ts';
export {
  missingFeatures,
  runCase,
  type ConformanceCase,
} from './queue-service-suite/conformance-case.ts';
export { queueServiceCases } from './queue-service-suite/queue-service-cases.ts';
export type { QueueServiceCase } from './queue-service-suite/queue-service-case.ts';
export type {
  QueueServiceFeature,
  QueueServiceFixture,
} from './queue-service-suite/queue-service-fixture.ts';
export { openMemoryFixture } from './queue-service-suite/memory-fixture.ts';
export { ScriptedQueueService } from './scripted-queue-service.ts';
export type {
  ScriptStep,
  ServiceOperation,
  ServiceRequest,
  ServiceScript,
} from './service-script.ts';
export { transportCases } from './transport-suite/transport-cases.ts';
export type { TransportCase } from './transport-suite/transport-case.ts';
export type {
  MadeQueue,
  OpenTransportFixture,
  TransportFeature,
  TransportFixture,
  TransportFixtureOptions,
} from './transport-suite/transport-fixture.ts';
export {
  openMemoryTransportFixture,
  type MemoryTransportFixtureOptions,
} from './transport-suite/memory-transport-fixture.ts';
export {
  simulateCalls,
  type SimulateCallsOptions,
  type SimulatedRun,
} from './simulation/simulate-calls.ts';
export {
  SIMULATION_START_MS,
  Simulation,
  type SimHost,
  type SimHostOptions,
  type SimulationOptions,
} from './simulation/simulation.ts';
export type {
  CallEnd,
  CallInput,
  CallSystem,
  ResponderHost,
  RunRequest,
  SimRequester,
  SimResponder,
} from './simulation/call-system.ts';
export { HandlerFailure } from './simulation/handler-run.ts';
export type { CallPlan, Work } from './simulation/call-plan.ts';
export type { BroughtFact, Fact, FrameFact, Happening } from './simulation/fact.ts';
export type { FaultPlan, FaultRates } from './simulation/fault-plan.ts';
export type { SimEvent } from './simulation/happenings.ts';
export type { ProcessEvent } from './simulation/process-events.ts';
export type { WorldEvent } from './simulation/world-events.ts';
export type { Outage } from './simulation/outages.ts';
export type { Resent } from './simulation/operator.ts';
export type { Oracle, OracleBounds, Violation } from './simulation/oracle.ts';
export { shrink, type ShrinkOptions } from './simulation/shrink.ts';
export { allOracles, judge } from './simulation/oracles/index.ts';
export { simulateTasks, type SimulateTasksOptions } from './simulation/simulate-tasks.ts';
export type {
  SimProducer,
  TaskRunRequest,
  TaskSystem,
  TaskSystemOf,
  WorkerHost,
} from './simulation/task-system.ts';
export type { Closable } from './simulation/slots.ts';
export type { TaskPlan, TaskWork } from './simulation/task-plan.ts';
export {
  allTaskOracles,
  judgeTasks,
  type TaskBounds,
  type TaskOracle,
} from './simulation/oracles/index.ts';
