import rehypeRaw from "rehype-raw";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";

const attributes = {
  ...defaultSchema.attributes,
  img: [...(defaultSchema.attributes?.["img"] ?? []), "width", "height"],
};

/** A node of the shown page. */
export interface PageNode {
  type: string;
  tagName?: string;
  properties?: Readonly<Record<string, unknown>>;
  children?: readonly PageNode[];
  value?: string;
}

const pipeline = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize, { ...defaultSchema, attributes })
  .use(rehypeStringify)
  .freeze();

/** Markdown as GitHub would show it: GitHub flavoured, raw HTML read, then cleaned by a schema made after GitHub's. */
export function githubHtml(markdown: string): string {
  return String(pipeline.processSync(markdown));
}

/** The same as a tree. */
export function githubTree(markdown: string): PageNode {
  return pipeline.runSync(pipeline.parse(markdown));
}

/** All nodes, outermost first. */
export function nodesOf(tree: PageNode): readonly PageNode[] {
  return [tree, ...(tree.children ?? []).flatMap(nodesOf)];
}

/** The text that a person reads. */
export function textOf(tree: PageNode): string {
  return nodesOf(tree)
    .map((node) => (node.tagName === "br" ? " " : (node.value ?? "")))
    .join("");
}
