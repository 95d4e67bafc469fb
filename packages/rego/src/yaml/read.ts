// SPDX-License-Identifier: Apache-2.0
import { type Composer, composeNode, emptyNode, refuse } from './compose.ts';
import { chooseYamlLimits, type YamlLimits } from './limits.ts';
import type { YamlNode } from './node.ts';
import { YamlScanner } from './scanner.ts';

export interface YamlOptions {
  readonly limits?: Partial<YamlLimits>;
  /** Takes `\/` and pairs of surrogates in double quotes, so that all of JSON is YAML; go-yaml refuses them. */
  readonly jsonEscapes?: boolean;
  /** Tokens that are scanned ahead: 2 by default, as in go-yaml 3, which finds a mistake in them first; 0 in go-yaml 2. */
  readonly lookahead?: number;
}

/**
 * The first document of YAML text as nodes; undefined when there is none. What follows it is not read.
 *
 * It is what libyaml and its descendant go-yaml take for YAML 1.1: a scanner makes tokens of characters, a composer nodes
 * of tokens. What a scalar means is for the caller to say. An alias is the node that it stands for.
 *
 * @throws {YamlError} With libyaml's message.
 */
export function readYaml(text: string, options: YamlOptions = {}): YamlNode | undefined {
  return readDocument(composerOf(text, options), true);
}

/** Every document of YAML text. */
export function readYamlStream(text: string, options: YamlOptions = {}): YamlNode[] {
  const composer = composerOf(text, options);
  const documents: YamlNode[] = [];
  for (;;) {
    const node = readDocument(composer, documents.length === 0);
    if (node === undefined) return documents;
    documents.push(node);
  }
}

function composerOf(text: string, { limits, jsonEscapes = false, lookahead = 2 }: YamlOptions): Composer {
  return {
    scanner: new YamlScanner(text, { jsonEscapes, lookahead }),
    limits: chooseYamlLimits(limits),
    handles: new Map(),
    anchors: new Map(),
    depth: 0,
    deepest: 0,
    nodes: 0,
    followed: 0,
  };
}

/** The next document; a document that is marked but empty is null. */
function readDocument(composer: Composer, isFirst: boolean): YamlNode | undefined {
  const { scanner } = composer;
  while (!isFirst && scanner.peek().kind === 'document-end') scanner.take();
  if (scanner.peek().kind === 'stream-end') return undefined;
  composer.anchors.clear();
  composer.nodes = 0;
  const isMarked = readDirectives(composer);
  const isEmpty = isMarked && isDocumentEnd(scanner.peek().kind);
  const node = isEmpty ? emptyNode(composer, scanner.peek().line) : composeNode(composer, true, false);
  if (!isDocumentEnd(scanner.peek().kind)) refuse('did not find expected <document start>', scanner.peek());
  return node;
}

function isDocumentEnd(kind: string): boolean {
  return /^(?:document-start|document-end|stream-end|version-directive|tag-directive)$/.test(kind);
}

/** Reads directives and `---`; says whether there is one, as there must be behind directives. */
function readDirectives({ scanner, handles }: Composer): boolean {
  const first = scanner.peek();
  let hasVersion = false;
  handles.clear();
  for (let token = first; ; token = scanner.peek()) {
    if (token.kind === 'version-directive') {
      if (hasVersion) refuse('found duplicate %YAML directive', token);
      if (token.text !== '1.1') refuse('found incompatible YAML document', token);
      hasVersion = true;
    } else if (token.kind === 'tag-directive') {
      if (handles.has(token.handle)) refuse('found duplicate %TAG directive', token);
      handles.set(token.handle, token.text);
    } else break;
    scanner.take();
  }
  if (!handles.has('!')) handles.set('!', '!');
  if (!handles.has('!!')) handles.set('!!', 'tag:yaml.org,2002:');
  const start = scanner.peek();
  const isMarked = start.kind === 'document-start';
  if (isMarked) scanner.take();
  else if (start !== first) refuse('did not find expected <document start>', start);
  return isMarked;
}
