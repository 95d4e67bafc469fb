// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { inPathOrder, isPolicyFile, type SourceFile, sourceLimits } from './source-file.ts';

/** Collects the files of a git tree or an archive; links are followed inside and refused when they lead out. */
export class SourceTree {
  readonly #source: string;
  readonly #files = new Map<string, string>();
  readonly #links = new Map<string, string>();
  #bytes = 0;

  /** `source` names the tree in errors. */
  constructor(source: string) {
    this.#source = source;
  }

  /** Refuses a path that would lie outside of the tree, before anything of it is read. */
  checkedPath(path: string): string {
    const parts = path
      .replace(/^\.\//, '')
      .split('/')
      .filter((part) => part !== '' && part !== '.');
    if (path.startsWith('/') || path.includes('\\') || parts.includes('..') || parts.length === 0) {
      throw this.#refused(`the path "${path}", which lies outside of it`);
    }
    return parts.join('/');
  }

  /** Counts a file that matters before it is read. */
  expect(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > sourceLimits.bytes) throw this.#refused(`more than ${sourceLimits.bytes} bytes of policy`);
    if (this.#files.size >= sourceLimits.files) throw this.#refused(`more than ${sourceLimits.files} files`);
  }

  addFile(path: string, content: Uint8Array): void {
    this.#files.set(path, decode(content));
  }

  addLink(path: string, target: string): void {
    if (this.#links.size >= sourceLimits.files) throw this.#refused(`more than ${sourceLimits.files} links`);
    this.#links.set(path, this.#linkTarget(path, target));
  }

  /** Every policy file below `subfolder`, by its path there. */
  files(subfolder = ''): SourceFile[] {
    const prefix = subfolder === '' ? '' : `${subfolder}/`;
    const own = [...this.#files].filter(([path]) => path.startsWith(prefix) && isPolicyFile(path));
    const linked = [...this.#links.keys()]
      .filter((path) => path.startsWith(prefix))
      .flatMap((path) => this.#behind(path, 0).map(([rest, text]): [string, string] => [path + rest, text]))
      .filter(([path]) => isPolicyFile(path));
    return inPathOrder([...own, ...linked].map(([path, text]) => ({ path: path.slice(prefix.length), text })));
  }

  /** The files behind a link, as what their path adds to the link's. */
  #behind(link: string, depth: number): [string, string][] {
    const target = this.#links.get(link);
    if (target === undefined || depth > 8) throw this.#refused(`the link "${link}", which leads nowhere`);
    if (this.#links.has(target)) return this.#behind(target, depth + 1);
    return [...this.#files]
      .filter(([path]) => path === target || path.startsWith(`${target}/`))
      .map(([path, text]) => [path.slice(target.length), text]);
  }

  #linkTarget(path: string, target: string): string {
    const parts = path.split('/').slice(0, -1);
    for (const part of target.split('/')) {
      if (part === '..' && parts.pop() === undefined) throw this.#leadsOut(path, target);
      if (part !== '..' && part !== '.' && part !== '') parts.push(part);
    }
    if (target.startsWith('/')) throw this.#leadsOut(path, target);
    return parts.join('/');
  }

  #leadsOut(path: string, target: string): SluiceError {
    return this.#refused(`the link "${path}" to "${target}", which leads out of it`);
  }

  #refused(found: string): SluiceError {
    return new SluiceError(
      'configuration',
      `Expected the policy source ${this.#source} to be whole and small, but found ${found}.`,
    );
  }
}

function decode(content: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
}
