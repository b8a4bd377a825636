/** A file that was uploaded or written by a batch. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
  readonly bytes: Buffer;
  readonly createdMs: number;
}

/** One line of a batch and what came of it. */
export interface BatchResult {
  readonly key: string;
  readonly status: number;
  readonly requestId: string;
  readonly body: string;
}

/** A batch from its acceptance to its results. */
export interface SimulatedBatch {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  /** OpenAI's metadata, Gemini's display name. */
  readonly name: string;
  readonly inputFileId: string;
  readonly endpoint: string;
  readonly createdMs: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly total: number;
  /** Looks that still find it running. */
  pollsLeft: number;
  outputFileId: string | undefined;
  results: readonly BatchResult[] | undefined;
  run(): Promise<readonly BatchResult[]>;
}

/** Files and batches of all providers. A batch is made, and booked, when it was looked at often enough. */
export class BatchRoom {
  readonly files: Map<string, StoredFile> = new Map();
  readonly batches: Map<string, SimulatedBatch> = new Map();
  /** Looks at a batch that find it running. */
  readonly polls: number;
  /** Gemini's answers come in a file instead of with the batch. */
  readonly answersInFile: boolean;

  constructor(polls: number, answersInFile: boolean) {
    this.polls = polls;
    this.answersInFile = answersInFile;
  }

  reset(): void {
    this.files.clear();
    this.batches.clear();
  }

  /** A look at a batch: its time comes nearer. */
  async look(id: string): Promise<SimulatedBatch | undefined> {
    const batch = this.batches.get(id);
    if (!batch || batch.results) return batch;
    if (batch.pollsLeft > 0) batch.pollsLeft -= 1;
    else batch.results = await batch.run();
    return batch;
  }
}
