/** What a question is about. `text` is writing that must stand in the image, `absence` something that must not. */
export type QuestionKind = "entity" | "attribute" | "relation" | "count" | "global" | "text" | "absence" | "other";

/** One yes/no question about an image; the wanted answer is always yes. */
export interface Question {
  /** Unique among the questions of one image. */
  id: string;
  /** The question as a judge reads it. */
  text: string;
  /** What people read in reports: the element, or the text to render. */
  element: string;
  kind: QuestionKind;
  /** Ids of the questions that must hold before this one means anything. */
  parents: readonly string[];
}

/** Where the questions came from: the request itself, a model that read the prompt, or an earlier run's answer of it. */
export type QuestionSource = "request" | "extracted" | "stored";

/** The questions of one prompt. */
export interface QuestionList {
  questions: readonly Question[];
  source: QuestionSource;
}
