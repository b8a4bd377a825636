import { isForbidden, statusOf, type GitHubClient, type Repository } from "../github/github-client.ts";

export interface StickyCommentOptions extends Repository {
  client: GitHubClient;
  /** Number of the pull request. */
  issueNumber: number;
  /** The whole first line that marks the comment. */
  marker: string;
  /** Login of the token's owner, or undefined for an app's token: then any bot's marked comment is ours. */
  login: string | undefined;
}

export type StickyCommentResult = "created" | "updated" | "unchanged" | "not_wanted" | "not_permitted";

interface CommentReply {
  id: number;
  body?: string | undefined;
  user: { login: string; type: string } | null;
}

const PER_PAGE = 100;
/** 5,000 comments; the marked comment is near the start of any thread. */
const MAX_PAGES = 50;

/**
 * Keeps one comment: finds it by its whole first line among the comments of this token's owner, edits it when the
 * text differs, makes it when it is missing. Two runs that both make it converge on the oldest one.
 * @param render gets the text that stands there now and gives the text that shall stand there, or undefined to leave
 *   things as they are
 */
export async function keepStickyComment(
  options: StickyCommentOptions,
  render: (previous: string | undefined) => string | undefined,
): Promise<StickyCommentResult> {
  try {
    const [oldest, ...younger] = await findMarked(options);
    await remove(options, younger);
    const body = render(oldest?.body);
    if (body === undefined) return "not_wanted";
    return await (oldest ? edit(options, oldest, body) : create(options, body));
  } catch (error) {
    if (isForbidden(error)) return "not_permitted";
    throw error;
  }
}

async function create(options: StickyCommentOptions, body: string): Promise<StickyCommentResult> {
  const { client, owner, repo, issueNumber } = options;
  const fields = { owner, repo, issue_number: issueNumber, body };
  await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", fields);
  // Another run may have done the same in between: all of them keep the oldest.
  const [oldest, ...younger] = await findMarked(options);
  if (younger.length === 0 || !oldest) return "created";
  await remove(options, younger);
  await edit(options, oldest, body);
  return "updated";
}

async function edit(options: StickyCommentOptions, comment: CommentReply, body: string): Promise<StickyCommentResult> {
  if (normalise(comment.body) === normalise(body)) return "unchanged";
  const { client, owner, repo } = options;
  const fields = { owner, repo, comment_id: comment.id, body };
  try {
    await client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", fields);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    // Someone deleted it meanwhile: the next run makes a new one.
  }
  return "updated";
}

async function remove({ client, owner, repo }: StickyCommentOptions, comments: readonly CommentReply[]): Promise<void> {
  for (const { id } of comments) {
    try {
      await client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner,
        repo,
        comment_id: id,
      });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }
}

/** Our comments with this marker, oldest first. */
async function findMarked(options: StickyCommentOptions): Promise<CommentReply[]> {
  const { client, owner, repo, issueNumber, marker, login } = options;
  const found: CommentReply[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const fields = { owner, repo, issue_number: issueNumber, per_page: PER_PAGE, page };
    const reply = await client.request<CommentReply[]>(
      "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
      fields,
    );
    const ours = ({ user }: CommentReply): boolean =>
      login === undefined ? user?.type === "Bot" : user?.login === login;
    found.push(...reply.data.filter((comment) => ours(comment) && firstLine(comment.body) === marker));
    if (reply.data.length < PER_PAGE) break;
  }
  return found.toSorted((left, right) => left.id - right.id);
}

function firstLine(body: string | undefined): string {
  return (body ?? "").split(/\r?\n/, 1)[0] ?? "";
}

/** GitHub may give back other line ends than it got. */
function normalise(body: string | undefined): string {
  return (body ?? "").replace(/\r\n/g, "\n").trimEnd();
}

/**
 * Login of the token's owner; undefined for the token of an app (`GITHUB_TOKEN` and other installation tokens), which
 * may not ask who it is.
 */
export async function loginOf(client: GitHubClient, token: string): Promise<string | undefined> {
  if (token.startsWith("ghs_")) return undefined;
  try {
    return (await client.request<{ login: string }>("GET /user")).data.login;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
