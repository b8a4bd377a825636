/** What the order of jobs depends on. */
export interface OrderedJob {
  /** Jobs of one group share its turn: a client, a campaign. */
  group: string;
  images: number;
  /** How long the call will likely take. Milliseconds. */
  expectedMs: number;
  /** When it should be done; undefined for no hurry. Unix time in milliseconds. */
  deadlineAtMs: number | undefined;
  /** Steps aside for every job that is not low. */
  isLow: boolean;
}

/**
 * The job whose turn it is. A deadline that comes closer goes first, then the group that has had the fewest images, and
 * in a group the longest job. When all that is left fits into one more window, the longest of all goes first: what is
 * slow must not be what everybody waits for in the end.
 *
 * @param served - images that each group has had
 * @param isEnd - all that is left fits into one window
 */
export function nextJob<T extends OrderedJob>(
  jobs: readonly T[],
  served: ReadonlyMap<string, number>,
  isEnd: boolean,
): T | undefined {
  let best: T | undefined;
  for (const job of jobs) if (!best || goesBefore(job, best, served, isEnd)) best = job;
  return best;
}

/** All jobs in the order in which they would start under `imagesPerMinute`. */
export function orderJobs<T extends OrderedJob>(jobs: readonly T[], imagesPerMinute: number): T[] {
  const served = new Map<string, number>();
  const left = [...jobs];
  const ordered: T[] = [];
  let images = left.reduce((sum, job) => sum + job.images, 0);
  for (let job = nextJob(left, served, images <= imagesPerMinute); job;) {
    left.splice(left.indexOf(job), 1);
    ordered.push(job);
    images -= job.images;
    serve(served, job);
    job = nextJob(left, served, images <= imagesPerMinute);
  }
  return ordered;
}

/** Counts a job's images as had by its group. */
export function serve(served: Map<string, number>, { group, images }: OrderedJob): void {
  served.set(group, (served.get(group) ?? 0) + images);
}

function goesBefore(job: OrderedJob, best: OrderedJob, served: ReadonlyMap<string, number>, isEnd: boolean): boolean {
  if (job.isLow !== best.isLow) return best.isLow;
  const [deadline, bestDeadline] = [job.deadlineAtMs ?? Infinity, best.deadlineAtMs ?? Infinity];
  if (deadline !== bestDeadline) return deadline < bestDeadline;
  if (!isEnd && job.group !== best.group) {
    const [had, bestHad] = [served.get(job.group) ?? 0, served.get(best.group) ?? 0];
    if (had !== bestHad) return had < bestHad;
  }
  return job.expectedMs > best.expectedMs;
}
