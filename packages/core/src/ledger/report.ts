export interface ReportRow {
  key: string;
  images: number;
  attempts: number;
  refused: number;
  failed: number;
  unknown: number;
  costMicroUsd: number;
}
export function reportEntries(): ReportRow[] {
  return [];
}
export function reportCsv(): string {
  return "";
}
