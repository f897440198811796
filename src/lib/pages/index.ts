import { answerFile } from './answer-file.ts';
import { answerNotBuilt, answerPage } from './answer-page.ts';
import { type BuiltPages, readBuilt } from './read-built.ts';

/** Where the build puts the application: the same from the sources and from dist. */
const BUILT = new URL('../../../dist/web/', import.meta.url);

/** Never a page: programs ask here, and get problems. */
const PROGRAMS = /^\/(api|health)(\/|$)/;

export interface PageOptions {
  readonly role: 'instance' | 'platform';
  /** Answers what is neither a page nor a file. */
  readonly otherwise: (context: { req: { path: string; method: string } }) => Response;
  readonly folder?: URL;
}

/**
 * Answers what no route answers: files of the web application, and its one page for whatever else a browser
 * wants to show. It is read when it is first asked for, and kept.
 */
export function answerPages({ role, otherwise, folder = BUILT }: PageOptions) {
  let reading: Promise<BuiltPages | null> | null = null;

  async function built(): Promise<BuiltPages | null> {
    reading ??= readBuilt(folder);
    const pages = await reading.catch(error => {
      reading = null;
      throw error;
    });
    // It may be built later.
    if (pages === null) reading = null;
    return pages;
  }

  return async function pages(context: {
    req: { path: string; method: string; raw: Request };
  }): Promise<Response> {
    const { path, method, raw } = context.req;
    if ((method !== 'GET' && method !== 'HEAD') || PROGRAMS.test(path)) return otherwise(context);
    const wantsPage = (raw.headers.get('accept') ?? '').includes('text/html');
    const application = await built();
    const file = application?.files.get(path);
    const answer = file && answerFile(path, file, raw);
    if (answer) return answer;
    if (path.startsWith('/assets/') || !wantsPage) return otherwise(context);
    return application === null ? answerNotBuilt() : answerPage(application.index, role);
  };
}
